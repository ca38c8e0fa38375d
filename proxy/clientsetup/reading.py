"""What a tool's settings come to: the proxy it would use, the hosts it would not use it for, the roots it would trust.

Pure: the environment and the files come in as texts. Settings are looked for where the table says they would be set.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from proxy.clientsetup import block, jsonc
from proxy.clientsetup.plan import ReadText
from proxy.clientsetup.tool import Change, Form, Keys, Lines, Platform, Tool, Variables, path_on

_PROXY_NAMES: Final = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")
_NO_PROXY_NAMES: Final = ("NO_PROXY", "no_proxy")


@dataclass(frozen=True, slots=True)
class Reading:
    """`proxy` may hold a password, so no repr shows it; `place` says where it stands. Roots are files."""

    proxy: str | None = field(default=None, repr=False)
    place: str = ""
    no_proxy: str = ""
    base_url: str | None = None
    adds: tuple[str, ...] = ()
    replaces: str | None = None
    missing: tuple[str, ...] = ()
    """Advised settings that are not so, with the reason for each."""

    def bypassed(self, hosts: tuple[str, ...]) -> tuple[str, ...]:
        """Those of `hosts` that would be reached directly."""
        return tuple(host for host in hosts if is_bypassed(self.no_proxy, host))


def read_settings(tool: Tool, platform: Platform, read: ReadText, environment: Mapping[str, str]) -> Reading:
    """Raises JsoncError or BlockError, with the file's name in front, for a file that the tool can't read either."""
    effective = dict(environment)
    places = dict.fromkeys(environment, "the environment")
    found: dict[str, str] = {}
    for setting in _settings((*tool.changes, *tool.base_url), platform, read):
        if setting.is_variable:
            if setting.wins or setting.name not in effective:
                effective[setting.name], places[setting.name] = setting.value, setting.place
        elif setting.template is not None:
            found[setting.template], places[setting.template] = setting.value, setting.place
    name = next((name for name in _PROXY_NAMES if effective.get(name)), None)
    proxy = found.get("{proxy}") or (effective[name] if name else None)
    return Reading(
        proxy=proxy or None,
        place=places.get("{proxy}") or places.get(name or "", ""),
        no_proxy=next((effective[name] for name in _NO_PROXY_NAMES if effective.get(name)), ""),
        base_url=_base_url(tool, found, effective),
        adds=tuple(effective[name] for name in tool.adds if effective.get(name)),
        replaces=next((effective[name] for name in tool.replaces if effective.get(name)), found.get("{bundle}")),
        missing=tuple(why for name, value, why in tool.advised if effective.get(name) != value),
    )


def is_bypassed(no_proxy: str, host: str) -> bool:
    """Whether any client could take the list to cover the host: what each takes of stars, dots and ports differs."""
    for entry in re.split(r"[,\s]+", no_proxy.strip().lower()):
        name = entry.rpartition(":")[0] if re.search(r":\d+\Z", entry) else entry
        suffix = name.lstrip("*").lstrip(".")
        if name == "*" or (suffix and (host == suffix or host.endswith("." + suffix))):
            return True
    return False


def proxy_address(proxy: str) -> tuple[str, int] | None:
    """Host and port of a proxy's address, with or without a scheme; None when it is none."""
    try:
        parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        return (parts.hostname, parts.port or 80) if parts.hostname else None
    except ValueError:
        return None


class _Setting(NamedTuple):
    """One value that a file sets. `template` is what would be set there; `wins` says that it goes before the
    environment's value of that name.
    """

    place: str
    name: str
    value: str
    template: str | None = None
    is_variable: bool = False
    wins: bool = False


def _settings(changes: Iterable[Change], platform: Platform, read: ReadText) -> Iterator[_Setting]:
    for change in changes:
        if isinstance(change, Variables) or (text := read(path := path_on(platform, change.path))) is None:
            continue
        try:
            yield from (
                _keys(change, f"~/{path}", text) if isinstance(change, Keys) else _lines(change, f"~/{path}", text)
            )
        except ValueError as err:
            raise type(err)(f"~/{path}: {err}") from err


def _keys(change: Keys, place: str, text: str) -> Iterator[_Setting]:
    tree = jsonc.read(text)
    for keys, template in change.values.items():
        value = _below(tree, keys)
        if keys[0] != "env" and isinstance(value, str) and isinstance(template, str):
            yield _Setting(place, keys[-1], value, template)
    variables = _below(tree, ("env",))
    for name, value in variables.items() if isinstance(variables, dict) else ():
        yield _Setting(place, name, str(value), is_variable=True, wins=True)


def _lines(change: Lines, place: str, text: str) -> Iterator[_Setting]:
    for name, value in block.read(change.form, text).items():
        yield _Setting(place, name, value, change.values.get(name), is_variable=change.form is Form.DOTENV)


def _below(tree: Any, keys: tuple[str, ...]) -> Any:
    for key in keys:
        tree = tree.get(key) if isinstance(tree, dict) else None
    return tree


def _base_url(tool: Tool, found: Mapping[str, str], effective: Mapping[str, str]) -> str | None:
    for change in tool.base_url:
        for key, template in change.values.items():
            name = key if isinstance(key, str) else key[-1]
            if isinstance(template, str) and template.startswith("{origin}"):
                value = found.get(template) or effective.get(name)
                if value:
                    return value
    return None
