"""Speech, pictures and video as OpenAI and its compatible vendors take them: a prompt and mostly a file.

Source: the `openai` package's parameter types (3.52). Most are multipart bodies, whose fields are paths of one
step; a file part is an attachment by itself.
"""

from typing import Final

from proxy.formats.compose import each, ids
from proxy.formats.openai import COMMON
from proxy.formats.reply import copies
from proxy.formats.table import ErrorShape, Format
from proxy.segment import Label

AUDIO: Final = Format(
    id="openai.audio",
    routes=(r".*/audio/(?:speech|transcriptions|translations|voices)",),
    labels={
        **COMMON,
        **each(Label.PROMPT, "input", "prompt", "keywords[*]", "keywords", "keywords[]"),
        "instructions": Label.SYSTEM,
        **each(Label.METADATA, "known_speaker_names[*]", "known_speaker_names[]", "name"),
        **each(Label.ATTACHMENT, "file", "known_speaker_references[*]", "known_speaker_references[]"),
        **ids(
            "voice",
            "voice.id",
            "response_format",
            "stream_format",
            "language",
            "languages[*]",
            "include[*]",
            "include[]",
            "chunking_strategy",
            "chunking_strategy.type",
            "timestamp_granularities[*]",
            "timestamp_granularities[]",
        ),
    },
    error_shape=ErrorShape.OPENAI,
)

_CHOICES: Final = ids(
    "background",
    "complexity",
    "input_fidelity",
    "output_format",
    "quality",
    "response_format",
    "seconds",
    "size",
    "style",
    "svg.**",
)

IMAGES: Final = Format(
    id="openai.images",
    routes=(r".*/images/(?:generations|edits|variations)", r".*/v1/videos(?:/(?:edits|extensions|[^/]+/remix))?"),
    labels={
        **COMMON,
        **_CHOICES,
        "moderation": Label.ID,
        **each(Label.PROMPT, "prompt", "negative_prompt"),
        **each(
            Label.ATTACHMENT,
            "image",
            "image[]",
            "reference_images[*]",
            "images[*].image_url",
            "mask",
            "mask.image_url",
            "markup",
        ),
        **each(Label.ATTACHMENT, "image_url", "input_reference", "input_reference.image_url"),
        **ids("images[*].file_id", "mask.file_id", "input_reference.file_id", "video.id"),
    },
    error_shape=ErrorShape.OPENAI,
    replies=copies("data[*].revised_prompt", "prompt", "error.message"),
)
