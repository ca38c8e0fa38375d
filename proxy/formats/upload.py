"""Files sent ahead of the requests that use them, and the lines of those that hold requests or conversations.

Sources: the `openai` package's parameter types (3.52), and Anthropic's, Mistral's and Cohere's for what they
call the same. A line of a batch is a whole request to another API; of one for fine-tuning, a conversation.
Which of them a line is stands in its `url`, so all their tables hold together: no two mean different things by
one path.
"""

from typing import Final

from proxy.formats import media, openai, responses
from proxy.formats.compose import below, definitions, each, ids, labels_below, refinements_below
from proxy.formats.refine import Refinement
from proxy.formats.table import ErrorShape, Format
from proxy.segment import Label

_INNER: Final = (openai.CHAT, responses.RESPONSES, openai.COMPLETIONS, openai.EMBEDDINGS, media.IMAGES)

_TRAINING: Final = {
    **below("messages[*]", openai.MESSAGE),
    **below("input.messages[*]", openai.MESSAGE),
    **below("preferred_output[*]", openai.MESSAGE),
    **below("non_preferred_output[*]", openai.MESSAGE),
    **each(Label.PROMPT, "prompt", "completion", "item.**", "sample.**"),
    **definitions("tools[*]"),
}

_LINE: Final = {
    **_TRAINING,
    **ids("custom_id", "method", "url"),
    **labels_below("body", _INNER),
}


def _refinements(prefix: str) -> tuple[Refinement, ...]:
    """Those of lines that stand below `prefix`."""
    return (
        *refinements_below(prefix, (openai.CHAT,)),
        *refinements_below(f"{prefix}.body" if prefix else "body", _INNER),
    )


FILES: Final = Format(
    id="openai.files",
    routes=(
        r".*/(?:v\d+|openai)/files",
        r".*/v1/libraries/[^/]+/documents",  # Mistral
        r".*/v1/uploads",
        r".*/v1/uploads/[^/]+/(?:parts|complete)",
        r".*/v1/datasets",  # Cohere
    ),
    labels={
        **_LINE,
        **below("file", _LINE),
        **below("data", _LINE),
        "metadata.**": Label.METADATA,
        **each(Label.METADATA, "filename", "name"),
        **ids("purpose", "mime_type", "expires_after[anchor]", "expires_after[seconds]", "expires_after.anchor"),
        **ids("part_ids[*]", "md5", "file_id", "visibility", "type"),
    },
    error_shape=ErrorShape.OPENAI,
    refinements=_refinements(""),
)

BATCHES: Final = Format(
    id="openai.batches",
    routes=(r".*/batches", r".*/v1/batch/jobs"),
    labels={
        **ids("completion_window", "endpoint", "input_file_id", "output_expires_after.anchor"),
        **ids("input_files[*]", "model", "agent_id"),  # Mistral
        "metadata.**": Label.METADATA,
        **below("requests[*]", _LINE),  # Mistral
    },
    error_shape=ErrorShape.OPENAI,
    refinements=_refinements("requests[*]"),
)
