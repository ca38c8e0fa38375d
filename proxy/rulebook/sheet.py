"""The book as markdown, a file for each category, for a repository or a wiki.

Examples stand as the templates that they are in the rule: files like these get committed, and values that look live
would set off every scanner on the way.
"""

from collections.abc import Iterator, Mapping, Sequence

from detectors import Category
from proxy.rulebook.entry import TITLES, Entry, by_category, facts


def sheets(every: Sequence[Entry], digest: str, version: str) -> Mapping[str, str]:
    """The files by name; `README.md` leads to the others."""
    sections = by_category(every)
    files = {f"{category}.md": "\n".join(_sheet(category, some)) for category, some in sections}
    return {"README.md": "\n".join(_contents(sections, digest, version)), **files}


def _contents(sections: Sequence[tuple[Category, Sequence[Entry]]], digest: str, version: str) -> Iterator[str]:
    yield f"# Rules of Tightlip {version}\n\nRule set `{digest[:12]}`.\n"
    yield "| category | rules | types |\n|---|---|---|"
    for category, some in sections:
        types = len({entry.rule.entity for entry in some})
        yield f"| [{TITLES[category]}]({category}.md) | {len(some)} | {types} |"
    yield ""


def _sheet(category: Category, some: Sequence[Entry]) -> Iterator[str]:
    yield f"# {TITLES[category]}\n"
    yield "What policies do is told for one finding in a request to a vendor of which nothing is known.\n"
    for entry in some:
        yield from _rule(entry)


def _rule(entry: Entry) -> Iterator[str]:
    rule = entry.rule
    yield f"## {rule.id}\n\n{_text(rule.description)}\n"
    yield "| | |\n|---|---|"
    yield f"| type | {_code(rule.entity)} |"
    yield f"| severity | {rule.severity} |"
    fates = (
        f"{name}: {ruling.action.label} ({_code(ruling.clause or 'default')})" for name, ruling in entry.rulings.items()
    )
    yield f"| policies | {'<br>'.join(fates)} |"
    for title, text in facts(rule):
        yield f"| {title.lower()} | {_text(text)} |"
    if rule.references:
        yield f"| references | {'<br>'.join(f'<{reference}>' for reference in rule.references)} |"
    yield f"| file | {_code(entry.place)}{', your own' if entry.is_own else ''} |"
    yield "\nFound, for example (a template; `${...}` stands for invented characters):\n"
    yield from (_block(template) for template in rule.examples[: len(entry.examples)])
    if rule.pattern:
        yield f"\nPattern:\n\n{_block(rule.pattern.strip())}"
    yield ""


def _text(text: str) -> str:
    """As words of a table's cell or a paragraph, whatever they hold."""
    for mark in "\\`*_[]<>|#":
        text = text.replace(mark, f"\\{mark}")
    return " ".join(text.split())


def _code(text: str) -> str:
    return f"`{text}`"


def _block(text: str) -> str:
    """As it stands, fenced by more marks than it holds in a row."""
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}\n{text}\n{fence}\n"
