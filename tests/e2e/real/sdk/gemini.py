"""google-genai's SDK on generateContent, streamed."""

from typing import Any

from google import genai
from google.genai import types
from loop import TOOLS, Call, Spoken, Turn, main, schema

_DECLARED = [
    types.FunctionDeclaration(name=name, description="Works on a file.", parameters_json_schema=schema(name))
    for name in TOOLS
]
_CONFIG = types.GenerateContentConfig(
    tools=[types.Tool(function_declarations=_DECLARED)],
    automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
)


def ask(history: list[Any]) -> Turn:
    contents = [types.Content.model_validate(item) for item in history]
    parts: list[Any] = []
    client = genai.Client()
    for piece in client.models.generate_content_stream(model="gemini-fake", contents=contents, config=_CONFIG):
        parts += piece.candidates[0].content.parts or []
    said = types.Content(role="model", parts=parts).model_dump(mode="json", exclude_none=True)
    calls = [part.function_call for part in parts if part.function_call]
    text = "".join(part.text or "" for part in parts)
    return Turn([said], text, [Call(call.id or "", call.name, dict(call.args)) for call in calls])


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "parts": [{"text": text}]}


def results(pairs: list[tuple[Call, str]]) -> list[Any]:
    answers = [{"function_response": {"name": call.name, "response": {"output": text}}} for call, text in pairs]
    return [{"role": "user", "parts": answers}]


if __name__ == "__main__":
    main(Spoken(ask, user, results))
