"""Labels of metrics, and the only values they may take. No value comes from a request, and there is a limit besides.

Known values are told beforehand, so that their series start at 0. Others are ids of rule, vendor and policy files or
names of users and groups: well-formed, and so many at most. Whatever else is given counts as `other`.
"""

import re
import threading
from collections.abc import Iterable
from typing import Final

OTHER: Final = "other"
ID: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}")
"""Of users and groups, as their files allow them."""


class Label:
    """A label of that name. `told` says what its values are; `more` is how many there may be beside the `known`."""

    def __init__(
        self, name: str, told: str, *, known: Iterable[str] = (), more: int = 0, form: re.Pattern[str] = ID
    ) -> None:
        self.name = name
        self.told = told
        self.known = tuple(str(value) for value in known)
        self.most = len(self.known) + more + 1
        """How many values there can ever be, `other` among them."""
        self._form = form
        self._values = {value: value for value in self.known}
        self._room = more
        self._lock = threading.Lock()

    def admit(self, value: str) -> str:
        """The value itself, or `other`. What was once admitted stays so."""
        admitted = self._values.get(value)
        if admitted is not None:
            return admitted
        with self._lock:
            if self._room == 0 or value == OTHER or not self._form.fullmatch(value):
                return OTHER
            self._room -= 1
            return self._values.setdefault(value, str(value))
