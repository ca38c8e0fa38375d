"""Amazon Q Developer, CodeWhisperer and Kiro: one conversation state, and code with its surroundings.

Sources: AWS's open-source language servers and toolkits, whose service models name these members. Calls to `/`
say in a header what they are, which never decides here: one table holds all of them.
"""

from typing import Final

from proxy.formats.compose import below, each, ids
from proxy.formats.reply import Channel, End, Writing, copies
from proxy.formats.table import ErrorShape, Format
from proxy.segment import Label

_USER: Final = {
    "content": Label.PROMPT,
    **ids("modelId", "origin", "userIntent", "images[*].format", "cachePoint.type"),
    "images[*].source.bytes": Label.ATTACHMENT,
    **below(
        "userInputMessageContext",
        {
            "toolResults[*].content[*].text": Label.TOOL_RESULT,
            "toolResults[*].content[*].json.**": Label.TOOL_RESULT,
            **ids("toolResults[*].toolUseId", "toolResults[*].status"),
            "tools[*].**": Label.TOOL_SCHEMA,
            "tools[*].toolSpecification.name": Label.ID,
            "editorState.document.text": Label.PROMPT,
            "editorState.document.relativeFilePath": Label.METADATA,
            "editorState.document.programmingLanguage.**": Label.ID,
            "editorState.relevantDocuments[*].**": Label.PROMPT,
            "editorState.relevantDocuments[*].programmingLanguage.**": Label.ID,
            "editorState.workspaceFolders[*]": Label.METADATA,
            "additionalContext[*].innerContext": Label.PROMPT,
            "additionalContext[*].description": Label.PROMPT,
            **each(Label.METADATA, "envState.**", "shellState.**", "appStudioContext.**", "gitState.**"),
            **each(Label.METADATA, "additionalContext[*].name", "additionalContext[*].relativePath"),
            **each(Label.PROMPT, "diagnostic.**", "consoleState.**", "userSettings.**"),
            "additionalModelRequestFields.**": Label.ID,
        },
    ),
    "additionalModelRequestFields.**": Label.ID,
}

_TURN: Final = {
    **below("userInputMessage", _USER),
    "assistantResponseMessage.content": Label.PROMPT,
    "assistantResponseMessage.messageId": Label.ID,
    **ids("assistantResponseMessage.toolUses[*].toolUseId", "assistantResponseMessage.toolUses[*].name"),
    "assistantResponseMessage.toolUses[*].input.**": Label.TOOL_ARGUMENT,
    "assistantResponseMessage.references[*].**": Label.METADATA,
    "assistantResponseMessage.supplementaryWebLinks[*].**": Label.PROMPT,
    "assistantResponseMessage.followupPrompt.content": Label.PROMPT,
    "assistantResponseMessage.reasoningContent.**": Label.OPAQUE,
}

_TEXT: Final = frozenset({"text"})

CONVERSATION: Final = Format(
    id="amazonq.conversation",
    routes=(
        r"",  # by x-amz-target
        r"/(?:generateAssistantResponse|SendMessageStreaming|sendMessage|SendMessage|generateTaskAssistPlan)",
        r"/(?:generateCompletions|GenerateCompletions|GenerateRecommendations|recommendations)",
    ),
    labels={
        **ids("profileArn", "source", "dryRun", "clientToken", "workspaceState.**", "agentMode", "nextToken"),
        **ids("conversationState.conversationId", "conversationState.chatTriggerType", "conversationState.workspaceId"),
        **ids("conversationState.agentContinuationId", "conversationState.agentTaskType"),
        "conversationState.customizationArn": Label.ID,
        **below("conversationState.currentMessage", _TURN),
        **below("conversationState.history[*]", _TURN),
        # completions
        **each(Label.PROMPT, "fileContext.leftFileContent", "fileContext.rightFileContent", "fileContent"),
        **each(Label.METADATA, "fileContext.filename", "fileContext.fileUri", "fileContext.workspaceFolder"),
        "fileContext.programmingLanguage.**": Label.ID,
        "supplementalContexts[*].content": Label.PROMPT,
        "supplementalContexts[*].filePath": Label.METADATA,
        "supplementalContexts[*].type": Label.ID,
        "editorState.document.text": Label.PROMPT,
        "predictionTypes[*]": Label.ID,
        **ids("referenceTrackerConfiguration.**", "optOutPreference", "modelId", "customizationArn"),
        # what clients report about themselves to the same route
        **each(Label.METADATA, "telemetryEvent.**", "userContext.**"),
    },
    error_shape=ErrorShape.BEDROCK,
    replies=(
        Channel("content", name="text", events=frozenset({"assistantResponseEvent"})),
        Channel("content", name="code", events=frozenset({"codeEvent"}), closes=_TEXT),
        Channel("input", Writing.JSON, key=("toolUseId",), events=frozenset({"toolUseEvent"}), closes=_TEXT),
        *copies("completions[*].content", "recommendations[*].content", "message"),
    ),
    reply_ends=(End(path="stop", key=("toolUseId",)),),
    conversation=("conversationState", "history"),
    current=("conversationState", "currentMessage"),
    reply_members=frozenset({"assistantResponseMessage"}),
    conversation_ids=(("conversationState", "conversationId"),),
)
