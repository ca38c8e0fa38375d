"""Reads from a request's texts and headers which code it is about: what clients write around a prompt, and paths where
they stand as such. A path that running prose names is no evidence (docs/decisions/0026-stated-not-mentioned.md).

Time is linear in the text, most of it in searches for a few fixed words; no text is kept. Knows no operator's pattern.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from proxy.evidence import Evidence, Gathering
from proxy.place import GITHUB, is_absolute
from proxy.segment import Label, Segment
from proxy.verdict import Headers

HINT_HEADERS: Final = frozenset({"x-codex-turn-metadata", "x-github-repository-nwo", "x-github-repository-host"})
"""Headers by which clients themselves tell: Codex and Copilot."""

MUTE: Final = frozenset({Label.KEY, Label.NUMBER, Label.ID, Label.TOOL_SCHEMA, Label.TARGET, Label.QUERY, Label.HEADER})
"""Labels under which nothing tells: tools' descriptions are full of examples, headers are asked by name."""

_SOURCES: Final = frozenset({Label.TOOL_ARGUMENT, Label.METADATA, Label.UNKNOWN, Label.OPAQUE})
"""Labels under which a member's name tells what its value is, and a text may be JSON that a tool was called with. A
tool's arguments may be signed: all else that is opaque says nothing."""

_RESULTS: Final = frozenset({Label.TOOL_RESULT, Label.ATTACHMENT, Label.TOOL_ARGUMENT, Label.BINARY})
_NEAR_CHARS: Final = 2 << 10
_FAR_CHARS: Final = 32 << 10
"""How far from its beginning and its end a text is searched for phrases: what a tool prints, and what clients write."""

_FOLDER_FIELDS: Final = frozenset(
    """cwd workdir working_dir working_directory workingdirectory work_dir current_directory workspace workspace_path
    workspacepath workspace_root workspaceroot workspace_folder project_root root_path rootpath repo_path repo_root
    dir_path dirpath directory folder""".split()
)
_PATH_FIELDS: Final = frozenset(
    """path paths file files filename file_name file_path filepath file_paths absolute_path absolutepath relative_path
    relativepath target_file targetfile notebook_path source_path destination_path old_path new_path document_name
    relative_workspace_path uri""".split()
)
_COMMAND_FIELDS: Final = frozenset("command commands cmd script args shell_command bash_command".split())
_TOLD_CHARS: Final = 1024
_COMMAND_CHARS: Final = 32 << 10
_JSON_CHARS: Final = 1 << 20
_OCCURRENCES: Final = 64
"""Of one phrase in one text. Clients write theirs once, near the beginning."""

_ABSOLUTE = r"(?:~|/|[A-Za-z]:[\\/]|\\\\|file://)[^\n\r`\"'<>|*?]{0,500}"
_STEP = r"[\w@.+$%()\[\]~-]"
_PATH = rf"(?:[A-Za-z]:[\\/]|[\\/])?{_STEP}++(?:[\\/]{_STEP}++)++"

_FOLDER_AFTER = re.compile(
    r"[A-Za-z ]{0,40}[*_`]{0,3}(?:[ ]is|[ ]at|:|[ ]?(?P<bracket>\())[*_`'\"]{0,3}\s{0,6}(?:-\s)?[`'\"]?"
    rf"(?P<folder>{_ABSOLUTE})"
)
_NEXT_ITEM = re.compile(rf"(?P<bracket>)\s{{0,6}}-\s[`'\"]?(?P<folder>{_ABSOLUTE})")
_TAGGED = re.compile(r"([^<>\n\"]{1,500})[<\"]")
_PATH_AFTER = re.compile(r"[`'\"]?([^\n\r\t`'\"<>|*?]{1,500})")
_FENCE = re.compile(rf"(?:[\w+-]*[: ]|\d+:\d+:)({_PATH})[ \t]*$", re.MULTILINE)
_LISTED = re.compile(
    rf"\n[ \t]{{0,8}}+(?:[+-]{{3}}[ ]|\*{{3}}[ ]\w{{3,6}}[ ]File:[ ])?+({_PATH})[\\/]?+(?=:\d|:?[ \t]*+\r?(?:\n|\Z))"
)
"""A path alone on its line, or followed by a line's number: what `find`, `grep -n`, patches and pasted files show."""

_REMOTE_LINE = re.compile(r"\S{1,100}[ \t]+(\S{1,500})[ \t]+\((?:fetch|push)\)")
_URL_AFTER = re.compile(r"[ \t]*=?[ \t]*(\S{1,500})")
_REMOTE_SECTION = re.compile(r"[^\]\n]{1,100}\]\s+(?:(?!url)\w+[ \t]*=[^\n]*\s+){0,4}url[ \t]*=[ \t]*(\S{1,500})")
_NAME_AND_OWNER = re.compile(r"(\S{1,100})\s{1,4}Owner: (\S{1,100})")
_WORD = re.compile(rf"(?:^|(?<=[\s'\"=;&|(]))(?:{_PATH}|~|\.\.|/{_STEP}+)(?=$|[\s'\";&|)])")
_CHANGE = re.compile(r"(?:^|[\s;&|(])(?:cd|pushd|git[ ]-C|--cwd|--workdir)[ =]+[\"']?([^\s\"';&|)]{1,500})")
_REMOTE_WORD = re.compile(
    r"(?:^|(?<=[\s'\"=]))(?:[\w.+-]+@[\w.-]+:[^\s'\"]+|(?:ssh|git|https?)://[^\s'\"]+\.git)(?=$|[\s'\"])"
)


def gather(segments: Iterable[Segment]) -> Evidence:
    """What all of these segments show."""
    found = Gathering()
    for segment in segments:
        look(segment, found)
    return found.evidence()


def look(segment: Segment, found: Gathering) -> None:
    """Adds to `found` what one segment shows."""
    text, label = segment.text, segment.label
    if label in MUTE:
        return
    if label in _SOURCES:
        _look_at_member(segment.field, text, found)
        if label is Label.OPAQUE:
            return
        if text[:1] in ("{", "[") and len(text) <= _JSON_CHARS:
            _look_at_json(text, found)
            return
    near, sayings = (_NEAR_CHARS, _PRINTED) if label in _RESULTS else (_FAR_CHARS, _WRITTEN)
    _look_at_phrases(text if len(text) <= 2 * near else f"{text[:near]}\n{text[-near:]}", sayings, found)
    if "/" in text or "\\" in text:
        for listed in _LISTED.finditer(f"\n{text}"):
            found.add_path(listed[1])


def header_evidence(headers: Headers, own: Mapping[str, str]) -> Evidence:
    """What headers show: those of clients, and an operator's `own`, which map to repository, path or folder."""
    found = Gathering()
    told = [(name.decode("latin-1").lower(), value.decode("utf-8", "replace")) for name, value in headers]
    host = next((value for name, value in told if name == "x-github-repository-host"), "")
    for name, value in told:
        match own.get(name, name):
            case "repository":
                found.add_own(value)
            case "path":
                found.add_path(value)
            case "folder":
                found.add_folder(value)
            case "x-github-repository-nwo":
                found.add_own(value, host if "." in host else GITHUB)
            case "x-codex-turn-metadata":
                _look_at_json(value, found)
    return found.evidence()


def split_hints(headers: Headers, own: Iterable[str]) -> tuple[Headers, Headers]:
    """The headers that go on, and those that show which code it is: an operator's `own` do not go on."""
    dropped = {name.encode("latin-1") for name in own}
    known = {name.encode("latin-1") for name in HINT_HEADERS}
    kept = tuple(line for line in headers if line[0].lower() not in dropped)
    hints = tuple(line for line in headers if line[0].lower() in dropped or line[0].lower() in known)
    return kept, hints


def _look_at_member(name: str, text: str, found: Gathering) -> None:
    """A value under a name that tells what it is. `filePath` and `file_path` are one name."""
    name = name.lower()
    if name in _COMMAND_FIELDS:
        _look_at_command(text[:_COMMAND_CHARS], found)
    elif len(text) > _TOLD_CHARS or "\n" in text:
        return
    elif name in _FOLDER_FIELDS:
        found.add_folder(text)
    elif name in _PATH_FIELDS:
        found.add_path(text)


def _look_at_command(text: str, found: Gathering) -> None:
    for change in _CHANGE.finditer(text):
        found.add_folder(change[1])
    for remote in _REMOTE_WORD.finditer(text):
        found.add_repository(remote[0])
    for word in _WORD.finditer(text):
        found.add_path(word[0])


def _look_at_json(text: str, found: Gathering) -> None:
    """The members of JSON in a string, such as a tool's arguments or what Codex tells of its workspaces."""
    try:
        tree = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return
    for name, value in _members(tree):
        if isinstance(value, str):
            _look_at_member(name, value, found)
        elif name == "associated_remote_urls" and isinstance(value, dict):
            for remote in value.values():
                found.add_repository(str(remote))
        elif name == "workspaces" and isinstance(value, dict):
            for folder in filter(is_absolute, value):
                found.add_folder(folder)


def _members(tree: Any) -> Iterator[tuple[str, Any]]:
    """Every member at any depth, an element of an array under its array's name."""
    left: list[tuple[str, Any]] = [("", tree)]
    while left:
        name, value = left.pop()
        yield name, value
        if isinstance(value, dict):
            left += value.items()
        elif isinstance(value, list):
            left += ((name, item) for item in value)


def _look_at_phrases(text: str, sayings: "tuple[tuple[str, _Look], ...]", found: Gathering) -> None:
    """Hands each of the first places where the text goes on after one of these phrases to who knows what it says."""
    for phrase, look_after in sayings:
        if phrase not in text:
            continue
        at = -len(phrase)
        for _ in range(_OCCURRENCES):
            at = text.find(phrase, at + len(phrase))
            if at < 0:
                break
            look_after(text, at + len(phrase), found)


def _folders(text: str, at: int, found: Gathering) -> None:
    """The folder, or the list of folders, that a phrase announces."""
    value = _FOLDER_AFTER.match(text, at)
    for _ in range(_OCCURRENCES):
        if value is None:
            return
        folder = value["folder"]
        found.add_folder((folder.partition(")")[0] if value["bracket"] else folder).rstrip(" .,;:"))
        value = _NEXT_ITEM.match(text, value.end())


def _tagged_folder(text: str, at: int, found: Gathering) -> None:
    if value := _TAGGED.match(text, at):
        found.add_folder(value[1])


def _tagged_path(text: str, at: int, found: Gathering) -> None:
    if value := _TAGGED.match(text, at):
        found.add_path(value[1])


def _path(text: str, at: int, found: Gathering) -> None:
    if value := _PATH_AFTER.match(text, at):
        found.add_path(value[1].rstrip(" :"))


def _fenced(text: str, at: int, found: Gathering) -> None:
    if value := _FENCE.match(text, at):
        found.add_path(value[1])


def _remote(text: str, at: int, found: Gathering) -> None:
    if value := _URL_AFTER.match(text, at):
        found.add_repository(value[1])


def _own(text: str, at: int, found: Gathering) -> None:
    if value := _URL_AFTER.match(text, at):
        found.add_own(value[1].rstrip(".,;)"))


def _name_and_owner(text: str, at: int, found: Gathering) -> None:
    if value := _NAME_AND_OWNER.match(text, at):
        found.add_own(f"{value[2]}/{value[1]}")


def _remote_section(text: str, at: int, found: Gathering) -> None:
    if value := _REMOTE_SECTION.match(text, at):
        found.add_repository(value[1])


def _remote_line(text: str, at: int, found: Gathering) -> None:
    """A line of `git remote -v`: `at` is where it ends."""
    start = max(text.rfind("\n", 0, at) + 1, at - _TOLD_CHARS)
    if value := _REMOTE_LINE.match(text, start, at):
        found.add_repository(value[1])


_Look = Callable[[str, int, Gathering], None]
_PRINTED: Final[tuple[tuple[str, _Look], ...]] = (
    ("<path>", _tagged_path),
    ("ontent of ", _path),
    ("(fetch)", _remote_line),
    ("(push)", _remote_line),
    (".url=", _remote),
    ("\nTo ", _remote),
    ("\nFrom ", _remote),
    ('[remote "', _remote_section),
)
"""What tools print of paths and of remotes."""

_WRITTEN: Final[tuple[tuple[str, _Look], ...]] = (
    *_PRINTED,
    ("orking director", _folders),
    ("orking Director", _folders),
    ("orking folder", _folders),
    ("orkspace", _folders),
    ("epository root", _folders),
    ("roject root", _folders),
    ("bsolute path", _folders),
    ("in the directory", _folders),
    ("<cwd>", _tagged_folder),
    ("<root>", _tagged_folder),
    ("<workspace_root>", _tagged_folder),
    ('ath="', _tagged_path),
    ("\nFile: ", _path),
    ("ile path: ", _path),
    ("ilePath: ", _path),
    ("```", _fenced),
    ("epository: ", _own),
    ("epository name: ", _name_and_owner),
)
"""What clients write around a prompt besides: without the first letter, which may be a capital."""
