"""Hugging Face's inference: `inputs` for a task's model, and the servers of endpoints that answer at their root.

Source: the `huggingface_hub` package's generated input types (2.4).
"""

from typing import Final

from proxy.formats.compose import each, ids
from proxy.formats.reply import Channel, copies
from proxy.formats.table import ErrorShape, Format
from proxy.segment import Label

INFERENCE: Final = Format(
    id="huggingface.inference",
    routes=(
        r"",  # an endpoint of one's own answers at /
        r".*/models/[^:]+",
        r".*/pipeline/.+",
        r"/(?:generate|generate_stream|embed|embed_all|embed_sparse|predict|similarity)",
    ),
    labels={
        "": Label.ATTACHMENT,  # a picture or a sound as the whole body
        **each(Label.PROMPT, "inputs", "inputs.**", "inputs[*]", "sentences[*]", "prompt", "text"),
        **each(Label.ATTACHMENT, "inputs.image", "image"),
        "parameters.**": Label.ID,
        **each(Label.PROMPT, "parameters.prompt", "parameters.negative_prompt", "parameters.candidate_labels[*]"),
        **each(Label.PROMPT, "parameters.hypothesis_template", "parameters.stop[*]", "parameters.stop_sequences[*]"),
        **ids("model", "options.**", "truncation_direction", "prompt_name", "response_format", "output_format"),
        "parameters.grammar.value.**": Label.TOOL_SCHEMA,
    },
    error_shape=ErrorShape.PLAIN,
    replies=(
        Channel("token.text"),
        *copies("generated_text", "summary_text", "translation_text", "answer", "sequence", "word", "error"),
    ),
)
