"""Google's session APIs: Live over WebSocket, one message a step, and Interactions over HTTP.

Source: the types and converters of the `google-genai` package (3.4).
"""

from typing import Final

from proxy.formats.compose import below, definitions, each, ids
from proxy.formats.gemini import REQUEST, part
from proxy.formats.note import Note
from proxy.formats.refine import Refinement
from proxy.formats.reply import Channel, End, Writing, copies
from proxy.formats.table import ErrorShape, Format
from proxy.segment import Label

_RESPONSE: Final = {
    **ids("id", "name", "scheduling"),
    "response.**": Label.TOOL_RESULT,
}

LIVE: Final = Format(
    id="gemini.live",
    routes=(
        r".*/ws/google\.ai\.generativelanguage\.[^/]+\.GenerativeService[./]BidiGenerate[A-Za-z]+",
        r".*/ws/google\.cloud\.aiplatform\.[^/]+\.LlmBidiService[./]BidiGenerateContent",
    ),
    labels={
        **below("setup", REQUEST),
        **below("contextUpdate", REQUEST),
        "setup.sessionResumption.**": Label.ID,
        "setup.proactivity.**": Label.ID,
        "clientContent.turns[*].role": Label.ID,
        **part("clientContent.turns[*].parts[*]", Label.PROMPT),
        "realtimeInput.text": Label.PROMPT,
        **each(
            Label.ATTACHMENT,
            "realtimeInput.audio.data",
            "realtimeInput.video.data",
            "realtimeInput.mediaChunks[*].data",
        ),
        **ids("realtimeInput.audio.mimeType", "realtimeInput.video.mimeType", "realtimeInput.mediaChunks[*].mimeType"),
        **below("toolResponse.functionResponses[*]", _RESPONSE),
        "clientContent.weightedPrompts[*].text": Label.PROMPT,
    },
    error_shape=ErrorShape.GEMINI,
    snake_case=True,
    replies=(
        Channel("serverContent.modelTurn.parts[*].text", name="text", unless="thought"),
        Channel("serverContent.outputTranscription.text"),
        *copies("toolCall.functionCalls[*].args", writing=Writing.TREE),
    ),
    reply_ends=(End(path="serverContent.turnComplete"), End(path="serverContent.interrupted")),
    notes=(Note("clientContent.turns[*].parts[*]", ("inlineData", "inline_data"), None),),
    conversation=("clientContent", "turns"),
    reply_roles=frozenset({"model"}),
    methods=frozenset({"WEBSOCKET", "POST"}),
)

_CONTENT: Final = {
    **ids("type", "mime_type", "resolution", "processing.**", "annotations[*].type"),
    "text": Label.PROMPT,
    "data": Label.ATTACHMENT,
    "uri": Label.PROMPT,
    "annotations[*].**": Label.PROMPT,
}

_STEP: Final = {
    **_CONTENT,
    **ids("id", "call_id", "name", "server_name", "role", "arguments.language"),
    "content": Label.PROMPT,
    **below("content", _CONTENT),
    **below("content[*]", _CONTENT),
    "arguments.**": Label.TOOL_ARGUMENT,
    "result.**": Label.TOOL_RESULT,
    "result[*].type": Label.ID,
    "signature": Label.OPAQUE,
    "summary[*].**": Label.OPAQUE,
    "error.**": Label.TOOL_RESULT,
}

_OWN: Final = frozenset({Label.PROMPT, Label.TOOL_ARGUMENT, Label.TOOL_RESULT, Label.ATTACHMENT})


def _whole_step(path: str) -> tuple[Channel, ...]:
    return (
        *copies(f"{path}.content[*].text", f"{path}.text"),
        *copies(f"{path}.arguments", writing=Writing.TREE),
    )


INTERACTIONS: Final = Format(
    id="gemini.interactions",
    routes=(r".*/interactions",),
    labels={
        **ids("model", "agent", "agent_config.**", "background", "cached_content", "previous_interaction_id"),
        **ids("generation_config.**", "response_modalities[*]", "response_mime_type", "safety_settings[*].**"),
        **ids("service_tier", "environment.type", "environment.id", "webhook_config.**"),
        "continuation_token": Label.OPAQUE,
        "system_instruction": Label.SYSTEM,
        "labels.**": Label.METADATA,
        "response_format.**": Label.TOOL_SCHEMA,
        **definitions("tools[*]"),
        "environment.**": Label.METADATA,
        "input": Label.PROMPT,
        **below("input", _CONTENT),
        **below("input[*]", _STEP),
    },
    error_shape=ErrorShape.GEMINI,
    refinements=(Refinement("input[*]", "signature", Label.OPAQUE, _OWN),),
    replies=(
        Channel("delta.text", key=("index",)),
        Channel("delta.arguments", Writing.JSON, key=("index",)),
        *(
            channel
            for path in ("steps[*]", "outputs[*]", "interaction.steps[*]", "interaction.outputs[*]", "step")
            for channel in _whole_step(path)
        ),
        *copies("error.message"),
    ),
    reply_ends=(End(path="interaction"),),
    notes=tuple(Note(where, ("data",)) for where in ("input", "input[*]", "input[*].content[*]", "input[*].content")),
    conversation=("input",),
    reply_roles=frozenset({"model"}),
    reply_types=frozenset(
        {
            "code_execution_call",
            "file_search_call",
            "function_call",
            "google_maps_call",
            "google_search_call",
            "mcp_server_tool_call",
            "model_output",
            "retrieval_call",
            "thought",
            "url_context_call",
        }
    ),
)
"""Input is a text, one content, contents, or the steps of a conversation; a step with a signature is the model's."""
