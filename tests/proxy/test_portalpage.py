"""The portal's page: whole HTML, nothing from elsewhere, no script, and everything a person needs."""

import base64
import hashlib
import re
from html import escape
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from proxy.clientsetup.table import TOOLS
from proxy.clientsetup.tool import Values
from proxy.portal import CHECK_URL
from proxy.portalpage import Facts, page, pages

_VOID = frozenset({"meta", "img", "br"})
FACTS = Facts(
    version="9.9",
    policy="<b>odd</b>",
    fingerprint="ab" * 32,
    expires="2029-01-01",
    values=Values("http://127.0.0.1:8080", "/ca/<x>.pem", "/ca/bundle.pem"),
    base_urls=(("openai", "api.openai.com"),),
    wants_password=True,
)


class Reader(HTMLParser):
    """Collects elements and what they refer to, and checks that each is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(page(FACTS))


def test_every_element_is_closed(reader: Reader) -> None:
    assert reader.open == []


def test_nothing_comes_from_elsewhere_and_nothing_runs(reader: Reader) -> None:
    assert {tag for tag, _ in reader.tags}.isdisjoint({"script", "link", "iframe", "form", "object", "embed"})
    assert [image["src"] for image in reader.of("img")] == ["https://tightlip.local/ok.svg"]
    assert not [
        name for _, attributes in reader.tags for name in attributes if name.startswith("on") or name == "style"
    ]


def test_it_can_be_read_without_seeing_it(reader: Reader) -> None:
    assert reader.of("html")[0]["lang"] == "en"
    assert all(image["alt"] for image in reader.of("img"))
    assert all(cell["scope"] for cell in reader.of("th"))
    levels = [int(tag[1]) for tag, _ in reader.tags if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_links_lead_to_pages_that_there_are(reader: Reader) -> None:
    made = pages(FACTS, b"pem", b"der", "pac")
    assert {link["href"] for link in reader.of("a")} <= {*made, CHECK_URL}


def test_values_are_told_and_escaped() -> None:
    text = page(FACTS)
    assert "&lt;b&gt;odd" in text
    assert "/ca/&lt;x&gt;.pem" in text
    assert "<b>" not in text
    assert ":".join(["AB"] * 32) in text
    assert all(escape(tool.name) in text for tool in TOOLS.values())
    assert "http://127.0.0.1:8080/v/openai" in text
    assert "{" not in re.sub(r"<style>.*?</style>|<pre>.*?</pre>", "", text, flags=re.DOTALL)


def test_the_style_is_the_one_that_the_policy_allows() -> None:
    home = pages(FACTS, b"pem", b"der", "pac")["/"]
    style = re.search(r"<style>(.*?)</style>", home.body.decode(), re.DOTALL)
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in home.policy
    assert "unsafe" not in home.policy
