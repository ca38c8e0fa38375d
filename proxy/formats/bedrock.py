"""Amazon Bedrock: converse, which takes every model's conversation in one form, and invoke, which takes each
model's own.

Sources: the service models in `botocore` (1.44) and AWS's pages on each model family's parameters. Claude on
Bedrock speaks Anthropic's messages (`anthropic.py`). A request signed with SigV4 can't be rewritten whatever its
labels say.
"""

from typing import Final

from proxy.formats import openai
from proxy.formats.compose import below, definitions, each, ids
from proxy.formats.note import Note
from proxy.formats.reply import Channel, End, Writing, copies
from proxy.formats.soft import Framing, Soft, SoftShape
from proxy.formats.table import ErrorShape, Format, Usage
from proxy.segment import Label

_INVOKE: Final = r"invoke(?:-with-response-stream|-with-bidirectional-stream)?"


def _media(path: str, text: Label) -> dict[str, Label]:
    """Labels of an image, document, video or audio."""
    return {
        **ids(f"{path}.format", f"{path}.source.s3Location.**"),
        f"{path}.source.bytes": Label.ATTACHMENT,
        **each(text, f"{path}.source.text", f"{path}.source.content[*].text", f"{path}.context"),
        f"{path}.name": Label.METADATA,
        f"{path}.error.message": text,
    }


def _block(path: str, text: Label) -> dict[str, Label]:
    """Labels of a content block, in a message, the system prompt or a tool's result."""
    media = (_media(f"{path}.{kind}", text) for kind in ("image", "document", "video", "audio"))
    return {
        f"{path}.text": text,
        f"{path}.json.**": text,
        **{name: label for labels in media for name, label in labels.items()},
        f"{path}.guardContent.text.text": text,
        f"{path}.guardContent.text.qualifiers[*]": Label.ID,
        **_media(f"{path}.guardContent.image", text),
        f"{path}.cachePoint.**": Label.ID,
        **each(text, f"{path}.searchResult.source", f"{path}.searchResult.title"),
        f"{path}.searchResult.content[*].text": text,
        f"{path}.citationsContent.**": text,
    }


_BLOCK: Final = "messages[*].content[*]"

_CONVERSE: Final = {
    "messages[*].role": Label.ID,
    **_block(_BLOCK, Label.PROMPT),
    **ids(f"{_BLOCK}.toolUse.toolUseId", f"{_BLOCK}.toolUse.name", f"{_BLOCK}.toolUse.type"),
    f"{_BLOCK}.toolUse.input.**": Label.TOOL_ARGUMENT,
    **ids(f"{_BLOCK}.toolResult.toolUseId", f"{_BLOCK}.toolResult.status", f"{_BLOCK}.toolResult.type"),
    **_block(f"{_BLOCK}.toolResult.content[*]", Label.TOOL_RESULT),
    f"{_BLOCK}.reasoningContent.**": Label.OPAQUE,
    **ids(f"{_BLOCK}.toolAddition.**", f"{_BLOCK}.toolRemoval.**"),
    **_block("system[*]", Label.SYSTEM),
    "inferenceConfig.stopSequences[*]": Label.PROMPT,
    "toolConfig.tools[*].**": Label.TOOL_SCHEMA,
    **ids(
        "toolConfig.tools[*].toolSpec.name", "toolConfig.tools[*].systemTool.name", "toolConfig.tools[*].cachePoint.**"
    ),
    **ids("toolConfig.toolChoice.**", "guardrailConfig.**", "performanceConfig.**", "serviceTier.**"),
    **ids("additionalModelResponseFieldPaths[*]", "outputConfig.effort", "outputConfig.textFormat.type"),
    "outputConfig.textFormat.structure.**": Label.TOOL_SCHEMA,
    "additionalModelRequestFields.**": Label.METADATA,
    "promptVariables.**": Label.PROMPT,
    "requestMetadata.**": Label.METADATA,
}


def _output(path: str) -> tuple[Channel, ...]:
    """Channels of a message that is told as a whole."""
    return (
        *copies(f"{path}.text", f"{path}.citationsContent.content[*].text"),
        *copies(f"{path}.toolUse.input", writing=Writing.TREE),
    )


_DELTA: Final = frozenset({"contentBlockDelta"})
_INDEX: Final = ("contentBlockIndex",)

_NOTES: Final = tuple(
    Note(where, ("image", "document", "video", "audio"), None)
    for where in (_BLOCK, f"{_BLOCK}.toolResult.content[*]", "system[*]")
)

CONVERSE: Final = Format(
    id="bedrock.converse",
    routes=(r"/model/[^/]+/converse(?:-stream)?", r"/model/[^/]+/count-tokens"),
    labels={
        **_CONVERSE,
        **below("input.converse", _CONVERSE),
        "input.invokeModel.body": Label.PROMPT,  # base64 of the model's own request
    },
    error_shape=ErrorShape.BEDROCK,
    notes=_NOTES,
    conversation=("messages",),
    reply_roles=frozenset({"assistant"}),
    replies=(
        Channel("delta.text", key=_INDEX, events=_DELTA),
        Channel("delta.toolUse.input", Writing.JSON, key=_INDEX, events=_DELTA),
        *copies("delta.citation.title", "delta.citation.sourceContent[*].text", events=_DELTA),
        *_output("output.message.content[*]"),
        *copies("message"),
    ),
    reply_ends=(End(events=frozenset({"contentBlockStop"}), key=_INDEX), End(events=frozenset({"messageStop"}))),
    usage=Usage(
        marker="usage",
        input=(("inputTokens",), ("cacheReadInputTokens",), ("cacheWriteInputTokens",)),
        output=(("outputTokens",),),
        cached=(("cacheReadInputTokens",),),
    ),
    soft=(
        Soft(SoftShape.CONVERSE, Framing.WHOLE, r".*/converse"),
        Soft(SoftShape.CONVERSE, Framing.EVENT_STREAM, r".*/converse-stream"),
    ),
)

INVOKE: Final = Format(
    id="bedrock.invoke",
    routes=(rf"/model/[^/]+/{_INVOKE}", r"/async-invoke"),
    labels={
        **below("messages[*]", openai.MESSAGE),  # Mistral, AI21, OpenAI's open models, DeepSeek
        **{path: label for path, label in _CONVERSE.items() if path != "messages[*].role"},  # Nova
        **each(Label.PROMPT, "inputText", "prompt", "message", "query", "input", "prompt[*]"),
        **each(Label.PROMPT, "texts[*]", "documents[*].**", "text_prompts[*].text", "suffix"),
        **each(Label.PROMPT, "textToImageParams.**", "inPaintingParams.**", "outPaintingParams.**"),
        **each(Label.PROMPT, "imageVariationParams.text", "textToVideoParams.text", "negative_prompt"),
        **each(Label.ATTACHMENT, "inputImage", "image", "init_image", "images[*]", "imageVariationParams.images[*]"),
        **each(Label.ATTACHMENT, "inPaintingParams.image", "outPaintingParams.image"),
        **each(Label.SYSTEM, "preamble", "chat_history[*].preamble"),
        "system": Label.SYSTEM,
        "system[*].text": Label.SYSTEM,
        **ids("chat_history[*].role", "schemaVersion", "taskType", "input_type", "embedding_types[*]", "truncate"),
        "chat_history[*].message": Label.PROMPT,
        **ids("anthropic_version", "model", "modelId", "outputDataConfig.**", "clientRequestToken"),
        "modelInput.**": Label.PROMPT,
        **definitions("tools[*]"),
        **ids("tool_choice", "tool_choice.**"),
        **each(Label.PROMPT, "stop[*]", "stop_sequences[*]", "textGenerationConfig.stopSequences[*]"),
    },
    error_shape=ErrorShape.BEDROCK,
    refinements=openai.CHAT.refinements,
    notes=(*openai.CHAT.notes, *_NOTES),
    replies=(
        *openai.CHAT.replies,
        Channel("outputText"),
        Channel("generation"),
        Channel("text"),
        Channel("outputs[#].text"),
        Channel("contentBlockDelta.delta.text", key=("contentBlockDelta.contentBlockIndex",)),
        *_output("output.message.content[*]"),
        *copies("results[*].outputText", "generations[*].text", "message", "data[*].revised_prompt"),
    ),
    reply_ends=(
        *openai.CHAT.reply_ends,
        *(End(path=path) for path in ("completionReason", "stop_reason", "is_finished", "contentBlockStop")),
    ),
    conversation=("messages",),
    reply_roles=frozenset({"assistant"}),
)
"""Titan, Llama, Mistral, Cohere, AI21, Nova and the rest: their members differ in name, so one table holds all."""

GUARDRAIL: Final = Format(
    id="bedrock.guardrail",
    routes=(r"/guardrail/[^/]+/version/[^/]+/apply", r"/guardrail-checks/invoke"),
    labels={
        **ids("source", "outputScope", "content[*].text.qualifiers[*]"),
        "content[*].text.text": Label.PROMPT,
        **_media("content[*].image", Label.PROMPT),
        "messages[*].role": Label.ID,
        **_block("messages[*].content[*]", Label.PROMPT),
        **ids("guardrailConfig.**", "checks.**"),
    },
    error_shape=ErrorShape.BEDROCK,
    replies=copies("outputs[*].text", "message"),
)

_STATE: Final = {
    "conversationHistory.messages[*].role": Label.ID,
    "conversationHistory.messages[*].content[*].text": Label.PROMPT,
    "files[*].name": Label.METADATA,
    "files[*].source.byteContent.data": Label.ATTACHMENT,
    **ids("files[*].useCase", "files[*].source.sourceType", "files[*].source.s3Location.**", "invocationId"),
    "files[*].source.byteContent.mediaType": Label.ID,
    "knowledgeBaseConfigurations[*].**": Label.ID,
    "returnControlInvocationResults[*].**": Label.TOOL_RESULT,
    **{
        f"returnControlInvocationResults[*].{result}.{name}": Label.ID
        for result in ("apiResult", "functionResult")
        for name in ("actionGroup", "agentId", "apiPath", "function", "httpMethod")
    },
    **each(Label.METADATA, "promptSessionAttributes.**", "sessionAttributes.**"),
}

_AGENT: Final = {
    **each(Label.SYSTEM, "instruction", "promptOverrideConfiguration.promptConfigurations[*].basePromptTemplate"),
    "actionGroups[*].**": Label.TOOL_SCHEMA,
    "actionGroups[*].actionGroupName": Label.ID,
    **ids("foundationModel", "agentName", "customerEncryptionKeyArn", "guardrailConfiguration.**"),
    **ids("promptOverrideConfiguration.**", "customOrchestration.**", "orchestrationType"),
    **ids("knowledgeBases[*].**", "collaboratorConfigurations[*].**", "agentCollaboration"),
    "knowledgeBases[*].description": Label.METADATA,
    "collaboratorConfigurations[*].collaboratorInstruction": Label.SYSTEM,
}

_TEMPLATE: Final = "generationConfiguration.promptTemplate.textPromptTemplate"
_GENERATE: Final = "retrieveAndGenerateConfiguration"

AGENTS: Final = Format(
    id="bedrock.agents",
    routes=(
        r"/agents/[^/]+/agentAliases/[^/]+/sessions/[^/]+/text",
        r"/agents/[^/]+",
        r"/retrieveAndGenerate(?:Stream)?",
        r"/(?:agenticRetrieveStream|generateQuery|optimize-prompt|rerank)",
        r"/knowledgebases/[^/]+/retrieve",
        r"/flows/[^/]+/aliases/[^/]+(?:/executions)?",
        r"/sessions/[^/]+/invocationSteps",
    ),
    labels={
        **each(Label.PROMPT, "inputText", "input.text", "retrievalQuery.text", "queryGenerationInput.text"),
        **each(Label.PROMPT, "input.textPrompt.text", "queries[*].textQuery.text", "inputs[*].content.**"),
        **each(Label.PROMPT, "sources[*].inlineDocumentSource.**", "messages[*].content.text"),
        "payload.contentBlocks[*].text": Label.PROMPT,
        **_media("payload.contentBlocks[*].image", Label.PROMPT),
        "retrievalQuery.image.inlineContent": Label.ATTACHMENT,
        **ids("sources[*].type", "sources[*].inlineDocumentSource.type", "queries[*].type", "messages[*].role"),
        **ids("sessionId", "memoryId", "nextToken", "executionId", "targetModelId", "invocationIdentifier"),
        **ids("inputs[*].nodeName", "inputs[*].nodeInputName", "inputs[*].nodeOutputName", "rerankingConfiguration.**"),
        **ids("retrievalConfiguration.**", "transformationConfiguration.**", "sessionConfiguration.**"),
        **ids("agenticRetrieveConfiguration.**", "memoryConfiguration.**", "policyConfiguration.**"),
        **ids("retrievalInstructionConfiguration.**", "bedrockModelConfigurations.**", "retrievers[*].**"),
        **ids("retrievalQuery.type", "retrievalQuery.image.format", "queryGenerationInput.type"),
        **ids("modelPerformanceConfiguration.**", "invocationStepId"),
        "retrievers[*].description": Label.METADATA,
        f"{_GENERATE}.**": Label.ID,
        **each(
            Label.SYSTEM,
            f"{_GENERATE}.externalSourcesConfiguration.{_TEMPLATE}",
            f"{_GENERATE}.knowledgeBaseConfiguration.{_TEMPLATE}",
            f"{_GENERATE}.knowledgeBaseConfiguration.orchestrationConfiguration.promptTemplate.textPromptTemplate",
        ),
        f"{_GENERATE}.externalSourcesConfiguration.sources[*].byteContent.data": Label.ATTACHMENT,
        f"{_GENERATE}.externalSourcesConfiguration.sources[*].byteContent.identifier": Label.METADATA,
        "userContext.**": Label.METADATA,
        **below("sessionState", _STATE),
        **below("inlineSessionState", _STATE),
        **_AGENT,
        **below("collaborators[*]", _AGENT),
    },
    error_shape=ErrorShape.BEDROCK,
    replies=(
        Channel("text", events=frozenset({"output"})),
        *copies("output.text", "results[*].document.textDocument.text", "message"),
    ),
    methods=frozenset({"POST", "PUT"}),
)
