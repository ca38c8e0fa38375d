"""How places of code are written: repositories from git remotes, paths of every system in one form. Pure.

Both sides of a comparison pass through here, what a client shows and what an operator wrote, so that neither a
Windows path nor an SSH remote needs a pattern of its own.
"""

import posixpath
import re
from typing import Final
from urllib.parse import unquote

PATH_CHARS: Final = 512
"""Longer ones are no paths that anybody works with; Linux allows 4,096, Windows 260 without asking for more."""

MAX_STEPS: Final = 64
"""Patterns take time that grows with these."""

GITHUB: Final = "github.com"

_REPOSITORY = re.compile(r"[a-z0-9.-]+(?:/[\w.~+-]+){2,6}")
_SCP = re.compile(r"(?:[\w.+-]+@)?([A-Za-z0-9.-]+):(?!//)/?([^\s:]+)")
_URL = re.compile(r"(?:git\+)?(?:ssh|git|https?)://(?:[^\s/@]*@)?([A-Za-z0-9.-]+)(?::\d+)?/([^\s?#]+)")
_WHOLE = re.compile(r"([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)/([^\s:/]+/[^\s:]+)")
_OWN_AND_NAME = re.compile(r"[\w.-]+/[\w.-]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_HOME = re.compile(r"^(?:/home/[^/]+|/users/[^/]+|[a-z]:/users/[^/]+|/root)(?=/|$)", re.IGNORECASE)
_DRIVE = re.compile(r"^(?://[?.]/)?([A-Za-z]):(?=/|$)")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


def repository_of(remote: str, host: str = "") -> str | None:
    """The name of the repository that a git remote is of, as `github.com/acme/ledger`, in lower case; else None.

    Takes SSH, HTTPS and git URLs, what `git clone` takes as `host:path`, and with `host` also such a name itself and an
    `owner/name` of that host.
    """
    text = remote.strip()[:PATH_CHARS]
    found = _URL.fullmatch(text) or _SCP.fullmatch(text) or (_WHOLE.fullmatch(text) if host else None)
    if found is not None:
        host, path = found[1], found[2]
    elif host and _OWN_AND_NAME.fullmatch(text):
        path = text
    else:
        return None
    steps = [step for step in path.removesuffix("/").removesuffix(".git").split("/") if step]
    host = host.lower().removeprefix("ssh.").removeprefix("www.")
    if host == "dev.azure.com":
        steps = [step for step in steps if step not in ("v3", "_git")]
    if steps[:1] == ["scm"]:  # Bitbucket's own servers, over HTTPS only
        del steps[0]
    name = "/".join((host, *steps)).lower()
    return name if "." in host and _REPOSITORY.fullmatch(name) else None


def path_of(text: str) -> str | None:
    """A path of any system with `/` between its steps and no `.` or `..` left that can be undone; else None.

    A home folder is `~`, whosever it is, a drive's letter small, percent-encoding undone, a last `/` gone.
    """
    text = text.strip().strip("\"'`")
    if not text or len(text) > PATH_CHARS:
        return None
    if text.startswith("file://"):
        text = text.removeprefix("file://").removeprefix("localhost")
        text = text[1:] if re.match(r"/[A-Za-z](?::|%3[Aa])", text) else text
    if "%" in text:
        text = unquote(text)
    if _CONTROL.search(text) or _SCHEME.match(text):
        return None
    text = text.replace("\\", "/")
    text = _DRIVE.sub(lambda drive: f"{drive[1].lower()}:", text)
    path = posixpath.normpath(text)
    path = path[1:] if path.startswith("//") else path
    return home_of(path) if path != "." and path.count("/") < MAX_STEPS else None


def home_of(path: str) -> str:
    """A path, or a pattern of paths, with `~` for a home folder, whosever it is."""
    return _HOME.sub("~", path)


def is_absolute(path: str) -> bool:
    """Whether a path, or a pattern of paths, begins at a root, a home or a drive."""
    return path.startswith(("/", "~")) or path[1:2] == ":"
