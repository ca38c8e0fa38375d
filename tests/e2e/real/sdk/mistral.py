"""mistralai's SDK on chat, whole replies."""

import os
from typing import Any

from chat import TOOL_LIST, results, turn_of, user
from loop import Spoken, Turn, main
from mistralai.client import Mistral


def ask(history: list[Any]) -> Turn:
    client = Mistral(api_key=os.environ["MISTRAL_API_KEY"])
    reply = client.chat.complete(model="mistral-fake", messages=history, tools=TOOL_LIST)
    return turn_of(reply.choices[0].message)


if __name__ == "__main__":
    main(Spoken(ask, user, results))
