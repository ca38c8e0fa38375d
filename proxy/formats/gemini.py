"""Google's generateContent family: the Gemini API, Vertex, and the wrapper that Code Assist puts around it.

Sources: ai.google.dev's API reference and recorded bodies of Gemini CLI. The servers take every name in
lowerCamelCase and in snake_case, so each pattern stands for both.
"""

import re
from typing import Final

from proxy.formats.note import Note
from proxy.formats.refine import Refinement
from proxy.formats.reply import Channel, End, Writing, copies
from proxy.formats.table import ErrorShape, Format, Usage
from proxy.segment import Label


def _part(path: str, text: Label) -> dict[str, Label]:
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
        f"{path}.mediaResolution.**": Label.ID,
        f"{path}.functionCall.id": Label.ID,
        f"{path}.functionCall.name": Label.ID,
        f"{path}.functionCall.args.**": Label.TOOL_ARGUMENT,
        f"{path}.functionResponse.id": Label.ID,
        f"{path}.functionResponse.name": Label.ID,
        f"{path}.functionResponse.scheduling": Label.ID,
        f"{path}.functionResponse.response.**": Label.TOOL_RESULT,
        f"{path}.functionResponse.parts[*].inlineData.data": Label.ATTACHMENT,
        f"{path}.functionResponse.parts[*].inlineData.mimeType": Label.ID,
        f"{path}.functionResponse.parts[*].fileData.fileUri": Label.TOOL_RESULT,
        f"{path}.functionResponse.parts[*].fileData.mimeType": Label.ID,
        f"{path}.executableCode.id": Label.ID,
        f"{path}.executableCode.language": Label.ID,
        f"{path}.executableCode.code": Label.TOOL_ARGUMENT,
        f"{path}.codeExecutionResult.id": Label.ID,
        f"{path}.codeExecutionResult.outcome": Label.ID,
        f"{path}.codeExecutionResult.output": Label.TOOL_RESULT,
        f"{path}.toolCall.**": Label.TOOL_ARGUMENT,
        f"{path}.toolCall.id": Label.ID,
        f"{path}.toolCall.toolType": Label.ID,
        f"{path}.toolResponse.**": Label.TOOL_RESULT,
        f"{path}.toolResponse.id": Label.ID,
        f"{path}.toolResponse.toolType": Label.ID,
    }


_REQUEST: Final = {
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
    **_part("systemInstruction.parts[*]", Label.SYSTEM),
    "contents": Label.PROMPT,
    "contents[*].role": Label.ID,
    **_part("contents[*].parts[*]", Label.PROMPT),
}

_CACHE: Final = {"name": Label.ID, "displayName": Label.METADATA, "ttl": Label.ID, "expireTime": Label.ID}

_REWRITABLE: Final = frozenset({Label.PROMPT, Label.TOOL_ARGUMENT, Label.TOOL_RESULT, Label.ATTACHMENT})


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def _both_spellings(labels: dict[str, Label]) -> dict[str, Label]:
    return labels | {_snake(path): label for path, label in labels.items()}


def _signed(prefix: str) -> tuple[Refinement, ...]:
    """A part with a signature, or one of thought, is the vendor's own and must come back to it unchanged."""
    return tuple(
        Refinement(f"{prefix}contents[*].parts[*]", member, Label.OPAQUE, _REWRITABLE)
        for member in ("thoughtSignature", "thought_signature", "thought")
    )


def _notes(*prefixes: str) -> tuple[Note, ...]:
    return tuple(Note(f"{prefix}contents[*].parts[*]", ("inlineData", "inline_data"), None) for prefix in prefixes)


_USAGE: Final = Usage(
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


GENERATE: Final = Format(
    id="gemini.generate",
    routes=(
        r".*/(?:models|tunedModels|endpoints)/[^/]+:(?:generateContent|streamGenerateContent|countTokens)",
        r".*/cachedContents",
    ),
    labels=_both_spellings(
        {
            **_CACHE,
            **_REQUEST,
            **{f"generateContentRequest.{path}": label for path, label in _REQUEST.items()},
        }
    ),
    error_shape=ErrorShape.GEMINI,
    refinements=(*_signed(""), *_signed("generateContentRequest."), *_signed("generate_content_request.")),
    notes=_notes("", "generateContentRequest.", "generate_content_request."),
    conversation=("contents",),
    reply_roles=frozenset({"model"}),
    usage=_USAGE,
    replies=_replies(""),
    reply_ends=_ends(""),
)

CODE_ASSIST: Final = Format(
    id="gemini.code_assist",
    routes=(r"/v1internal:(?:generateContent|streamGenerateContent|countTokens)",),
    labels=_both_spellings(
        {
            "model": Label.ID,
            "project": Label.ID,
            "userPromptId": Label.ID,
            "requestType": Label.ID,
            "requestId": Label.ID,
            "userAgent": Label.ID,
            **{f"request.{path}": label for path, label in _REQUEST.items()},
        }
    ),
    error_shape=ErrorShape.GEMINI,
    refinements=_signed("request."),
    notes=_notes("request."),
    conversation=("request", "contents"),
    reply_roles=frozenset({"model"}),
    conversation_ids=(("request", "session_id"), ("request", "sessionId")),
    usage=_USAGE,
    replies=_replies("response."),
    reply_ends=_ends("response."),
)
