"""All tools by name."""

from typing import Final

from proxy.clientsetup.assistant import ASSISTANTS
from proxy.clientsetup.editor import EDITORS
from proxy.clientsetup.runtime import RUNTIMES

TOOLS: Final = {tool.id: tool for tool in (*ASSISTANTS, *EDITORS, *RUNTIMES)}
