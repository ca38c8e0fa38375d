"""Google's calls that take one input and no conversation: embeddings, and Vertex's `predict` with its instances.

Sources: ai.google.dev's and Vertex's API references, and what the `google-genai` package (3.4) sends.
"""

from typing import Final

from proxy.formats.compose import below, each, ids
from proxy.formats.gemini import part
from proxy.formats.reply import copies
from proxy.formats.table import ErrorShape, Format
from proxy.segment import Label

_EMBED: Final = {
    **part("content.parts[*]", Label.PROMPT),
    "content.role": Label.ID,
    "content": Label.PROMPT,
    "text": Label.PROMPT,
    "title": Label.METADATA,
    **ids("model", "taskType", "embedContentConfig.**"),
}

_INSTANCE: Final = {
    "": Label.PROMPT,
    "**": Label.PROMPT,
    **ids("taskType", "mimeType", "role", "author", "messages[*].role", "messages[*].author"),
    **each(
        Label.ATTACHMENT,
        "image.bytesBase64Encoded",
        "video.bytesBase64Encoded",
        "lastFrame.bytesBase64Encoded",
        "referenceImages[*].referenceImage.bytesBase64Encoded",
    ),
    **ids("image.mimeType", "video.mimeType", "referenceImages[*].referenceType", "referenceImages[*].referenceId"),
    "context": Label.SYSTEM,
}

EMBED: Final = Format(
    id="gemini.embed",
    routes=(r".*/models/[^/]+:(?:embedContent|batchEmbedContents|asyncBatchEmbedContent|embedText|batchEmbedText)",),
    labels={
        **_EMBED,
        "texts[*]": Label.PROMPT,
        **below("requests[*]", _EMBED),
        **below("batch.inputConfig.requests.requests[*].request", _EMBED),
        "batch.displayName": Label.METADATA,
    },
    error_shape=ErrorShape.GEMINI,
    snake_case=True,
)

PREDICT: Final = Format(
    id="vertex.predict",
    replies=copies(
        "predictions[*]",
        "predictions[*].content",
        "predictions[*].prompt",
        "candidates[*].output",
        "candidates[*].content",
        "answer.content.parts[*].text",
        "output",
        "content.parts[*].text",
        "error.message",
    ),
    routes=(
        r".*/(?:models|endpoints)/[^/]+:(?:predict|predictLongRunning|serverStreamingPredict|directPredict)",
        r".*/models/[^/]+:(?:generateText|generateMessage|generateAnswer|countMessageTokens|countTextTokens)",
        r".*/reasoningEngines/[^/]+:(?:query|streamQuery)",
    ),
    labels={
        **below("instances[*]", _INSTANCE),
        "parameters.**": Label.ID,
        **each(Label.PROMPT, "parameters.negativePrompt", "parameters.prompt"),
        "labels.**": Label.METADATA,
        "prompt.**": Label.PROMPT,  # PaLM: text, or messages with a context
        "prompt.context": Label.SYSTEM,
        **ids("prompt.messages[*].author", "model", "safetySettings[*].**", "answerStyle"),
        **part("contents[*].parts[*]", Label.PROMPT),
        "contents[*].role": Label.ID,
        "inlinePassages.passages[*].id": Label.ID,
        **part("inlinePassages.passages[*].content.parts[*]", Label.PROMPT),
        "input.**": Label.PROMPT,  # agents of one's own
        **ids("classMethod", "input.user_id", "input.session_id"),
    },
    error_shape=ErrorShape.GEMINI,
    snake_case=True,
)
