"""Google's generateContent family: the Gemini API, Vertex, and the wrapper that Code Assist puts around it.

Sources: ai.google.dev's API reference and recorded bodies of Gemini CLI. The servers take every name in
lowerCamelCase and in snake_case, so each name stands for both.
"""

from typing import Final

from proxy.formats.compose import below, each, ids, refined_below
from proxy.formats.note import Note
from proxy.formats.refine import Refinement
from proxy.formats.reply import Channel, End, Writing, copies
from proxy.formats.soft import Framing, Soft, SoftShape
from proxy.formats.table import ErrorShape, Format, Usage
from proxy.segment import Label


def _media(path: str) -> dict[str, Label]:
    """Labels of what a part says about the file in it."""
    names = ("videoMetadata", "audioMetadata", "documentMetadata", "spreadsheetMetadata", "speechMetadata")
    return ids(f"{path}.mediaProcessing", f"{path}.mediaResolution.**", *(f"{path}.{name}.**" for name in names))


def part(path: str, text: Label) -> dict[str, Label]:
    """Labels of one part; a function's result may hold parts again."""
    return {
        f"{path}.text": text,
        f"{path}.thoughtSignature": Label.OPAQUE,
        f"{path}.inlineData.data": Label.ATTACHMENT,
        f"{path}.inlineData.mimeType": Label.ID,
        f"{path}.inlineData.displayName": Label.METADATA,
        f"{path}.fileData.fileUri": text,
        f"{path}.fileData.mimeType": Label.ID,
        f"{path}.fileData.displayName": Label.METADATA,
        **_media(path),
        **_media(f"{path}.functionResponse.parts[*]"),
        f"{path}.audioTranscription.**": Label.ID,
        **each(text, f"{path}.audioTranscription.text", f"{path}.audioTranscription.words[*].word"),
        f"{path}.functionCall.id": Label.ID,
        f"{path}.functionCall.name": Label.ID,
        f"{path}.functionCall.args.**": Label.TOOL_ARGUMENT,
        f"{path}.functionCall.partialArgs[*].**": Label.TOOL_ARGUMENT,
        f"{path}.functionCall.partialArgs[*].jsonPath": Label.ID,
        f"{path}.functionResponse.id": Label.ID,
        f"{path}.functionResponse.name": Label.ID,
        f"{path}.functionResponse.scheduling": Label.ID,
        f"{path}.functionResponse.response.**": Label.TOOL_RESULT,
        f"{path}.functionResponse.parts[*].inlineData.data": Label.ATTACHMENT,
        f"{path}.functionResponse.parts[*].inlineData.mimeType": Label.ID,
        f"{path}.functionResponse.parts[*].inlineData.displayName": Label.METADATA,
        f"{path}.functionResponse.parts[*].fileData.displayName": Label.METADATA,
        f"{path}.functionResponse.parts[*].fileData.fileUri": Label.TOOL_RESULT,
        f"{path}.functionResponse.parts[*].fileData.mimeType": Label.ID,
        f"{path}.executableCode.id": Label.ID,
        f"{path}.executableCode.language": Label.ID,
        f"{path}.executableCode.code": Label.TOOL_ARGUMENT,
        f"{path}.codeExecutionResult.id": Label.ID,
        f"{path}.codeExecutionResult.outcome": Label.ID,
        f"{path}.codeExecutionResult.output": Label.TOOL_RESULT,
        f"{path}.partMetadata.**": Label.METADATA,
        f"{path}.toolCall.**": Label.TOOL_ARGUMENT,
        f"{path}.toolCall.id": Label.ID,
        f"{path}.toolCall.toolType": Label.ID,
        f"{path}.toolResponse.**": Label.TOOL_RESULT,
        f"{path}.toolResponse.id": Label.ID,
        f"{path}.toolResponse.toolType": Label.ID,
    }


REQUEST: Final = {
    "model": Label.ID,
    "cachedContent": Label.ID,
    "sessionId": Label.ID,
    "generationConfig.**": Label.ID,
    "safetySettings[*].**": Label.ID,
    "toolConfig.**": Label.ID,
    "labels.**": Label.METADATA,
    "tools[*].**": Label.TOOL_SCHEMA,
    "tools[*].functionDeclarations[*].name": Label.ID,
    "systemInstruction": Label.SYSTEM,
    "systemInstruction.role": Label.ID,
    **part("systemInstruction.parts[*]", Label.SYSTEM),
    "contents": Label.PROMPT,
    "contents[*].role": Label.ID,
    **part("contents[*].parts[*]", Label.PROMPT),
}

_CACHE: Final = {"name": Label.ID, "displayName": Label.METADATA, "ttl": Label.ID, "expireTime": Label.ID}

_REWRITABLE: Final = frozenset({Label.PROMPT, Label.TOOL_ARGUMENT, Label.TOOL_RESULT, Label.ATTACHMENT})


SIGNED: Final = tuple(
    Refinement("contents[*].parts[*]", member, Label.OPAQUE, _REWRITABLE) for member in ("thoughtSignature", "thought")
)
"""A part with a signature, or one of thought, is the vendor's own and must come back to it unchanged."""


def _notes(*prefixes: str) -> tuple[Note, ...]:
    return tuple(Note(f"{prefix}contents[*].parts[*]", ("inlineData", "inline_data"), None) for prefix in prefixes)


USAGE: Final = Usage(
    marker="usageMetadata",
    input=(("promptTokenCount",), ("toolUsePromptTokenCount",)),
    output=(("candidatesTokenCount",), ("thoughtsTokenCount",)),
    cached=(("cachedContentTokenCount",),),
)

_PART: Final = "candidates[#].content.parts[*]"


def _replies(prefix: str) -> tuple[Channel, ...]:
    """Thought is left alone; a signature's part is not, or calls of tools would never get their values."""
    path, closes = f"{prefix}{_PART}", frozenset({"text"})
    return (
        Channel(f"{path}.text", name="text", unless="thought"),
        Channel(f"{path}.functionCall.args", Writing.TREE, closes=closes),
        Channel(f"{path}.executableCode.code", whole=True, closes=closes),
        Channel(f"{path}.codeExecutionResult.output", whole=True, closes=closes),
        *copies("error.message"),
    )


def _ends(prefix: str) -> tuple[End, ...]:
    return (End(path=f"{prefix}candidates[#].finishReason"),)


def _soft(shape: SoftShape) -> tuple[Soft, ...]:
    return (
        Soft(shape, Framing.WHOLE, r".*:generateContent"),
        Soft(shape, Framing.ALT, r".*:streamGenerateContent"),
    )


GENERATE: Final = Format(
    id="gemini.generate",
    routes=(
        r".*/(?:models|tunedModels|endpoints)/[^/]+:(?:generateContent|streamGenerateContent|countTokens|computeTokens)",
        r".*/cachedContents(?:/[^/]+)?",
    ),
    labels={
        **_CACHE,
        **REQUEST,
        **below("generateContentRequest", REQUEST),
        "instances[*].**": Label.PROMPT,  # what Vertex counts the tokens of
        "instances[*].role": Label.ID,
    },
    error_shape=ErrorShape.GEMINI,
    snake_case=True,
    refinements=(*SIGNED, *refined_below("generateContentRequest", SIGNED)),
    notes=_notes("", "generateContentRequest.", "generate_content_request."),
    conversation=("contents",),
    reply_roles=frozenset({"model"}),
    usage=USAGE,
    replies=_replies(""),
    reply_ends=_ends(""),
    methods=frozenset({"POST", "PATCH"}),
    soft=_soft(SoftShape.GENERATE),
)

CODE_ASSIST: Final = Format(
    id="gemini.code_assist",
    routes=(r"/v1internal:(?:generateContent|streamGenerateContent|countTokens)",),
    labels={
        "metadata.**": Label.METADATA,
        **ids("model", "project", "userPromptId", "requestType", "requestId", "userAgent", "enabledCreditTypes[*]"),
        **below("request", REQUEST),
    },
    error_shape=ErrorShape.GEMINI,
    snake_case=True,
    refinements=refined_below("request", SIGNED),
    notes=_notes("request."),
    conversation=("request", "contents"),
    reply_roles=frozenset({"model"}),
    conversation_ids=(("request", "session_id"), ("request", "sessionId")),
    usage=USAGE,
    replies=_replies("response."),
    reply_ends=_ends("response."),
    soft=_soft(SoftShape.CODE_ASSIST),
)

BATCH: Final = Format(
    id="gemini.batch",
    routes=(r".*/models/[^/]+:batchGenerateContent", r".*/batchPredictionJobs"),
    labels={
        **below("batch.inputConfig.requests.requests[*].request", REQUEST),
        "batch.inputConfig.requests.requests[*].metadata.**": Label.METADATA,
        **ids("batch.inputConfig.fileName", "batch.model", "batch.name", "model"),
        "batch.displayName": Label.METADATA,
        "displayName": Label.METADATA,
        "inputConfig.**": Label.ID,
        "outputConfig.**": Label.ID,
    },
    error_shape=ErrorShape.GEMINI,
    snake_case=True,
    refinements=refined_below("batch.inputConfig.requests.requests[*].request", SIGNED),
)

FILES: Final = Format(
    id="gemini.files",
    routes=(
        r"(?:/upload)?/v[^/]+/files",
        r"(?:/upload)?/v[^/]+/fileSearchStores(?:/[^/]+:(?:importFile|uploadToFileSearchStore))?",
    ),
    labels={
        "": Label.ATTACHMENT,
        "file.displayName": Label.METADATA,
        "displayName": Label.METADATA,
        "customMetadata[*].**": Label.METADATA,
        **ids("file.name", "file.mimeType", "fileName", "mimeType", "chunkingConfig.**"),
        "key": Label.ID,
        **below("request", REQUEST),
    },
    error_shape=ErrorShape.GEMINI,
    snake_case=True,
    refinements=refined_below("request", SIGNED),
)
"""Uploads: metadata first, then the file as the whole body. The lines of a batch's file are requests."""

CODE_ASSIST_CHAT: Final = Format(
    id="gemini.code_assist_chat",
    routes=(
        r"/v1internal:(?:generateChat|streamGenerateChat|internalAtomicAgenticChat|tabChat)",
        r"/v1internal:(?:completeCode|generateCode|transformCode|migrateDatabaseCode|searchSnippets)",
    ),
    labels={
        **each(Label.PROMPT, "userMessage", "history[*].**", "request.**", "ideContext.**", "yieldedUserInput.**"),
        **ids("project", "model", "requestId", "modelConfigId", "tierId", "userPromptId", "history[*].author"),
        **ids("request.language", "request.model", "history[*].role"),
        "functionDeclarations[*].**": Label.TOOL_SCHEMA,
        "functionDeclarations[*].name": Label.ID,
        "metadata.**": Label.METADATA,
    },
    error_shape=ErrorShape.GEMINI,
    snake_case=True,
    replies=(Channel("markdown"), *copies("completions[*].text", "response.completions[*].text", "error.message")),
    conversation=("history",),
)
"""What the IDE plug-ins call, in the vendor's own older form: chat with a history, and code around a cursor."""
