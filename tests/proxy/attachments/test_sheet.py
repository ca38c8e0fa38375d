"""Worksheets as lines of text: what a cell shows, where it stands, and what was written in another way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.attachments import open_attachment
from proxy.attachments.sheet import Workbook, is_sheet
from tests.proxy.attachments.making import xlsx, zipped

STYLES = b"""<styleSheet><numFmts><numFmt numFmtId="164" formatCode="dd.mm.yyyy"/>
<numFmt numFmtId="165" formatCode="[Red]0 &quot;days&quot;"/></numFmts>
<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>
<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="14"/></cellXfs></styleSheet>"""


def rows(cells: str, **parts: bytes) -> str:
    named = {f"xl/{name}.xml": content for name, content in parts.items()}
    return Workbook(named).rows(f"<worksheet><row>{cells}</row></worksheet>".encode())


CELLS = [
    ('<c r="A1"><v>12</v></c><c r="B1"><v>13</v></c>', "12\t13\n"),
    ('<c r="A1"><v>12</v></c><c r="D1"><v>13</v></c>', "12\t\t\t13\n"),
    ("<c><v>12</v></c><c><v>13</v></c>", "12\t13\n"),
    ('<c r="A1"><v>4.111111111111111E15</v></c>', "4111111111111111\n"),
    ('<c r="A1"><v>1E400000000</v></c>', "1E400000000\n"),
    ('<c r="A1"><v>-1.5e-3</v></c>', "-0.0015\n"),
    ('<c r="A1"><f>A2&amp;"x"</f><v>y</v></c>', '=A2&"x" y\n'),
    ('<c r="A1" t="str"><v>Ee</v></c>', "Ee\n"),
    ('<c r="A1" t="inlineStr"><is><r><t>in</t></r><r><t>line</t></r></is></c>', "inline\n"),
    ('<c r="A1" t="s"><v>7</v></c>', "7\n"),
    ('<c r="A1" t="s"><v>x</v></c>', "x\n"),
    ('<c r="A1" s="1"><v>22354</v></c>', "1961-03-14\n"),
    ('<c r="A1" s="3"><v>22354.75</v></c>', "1961-03-14\n"),
    ('<c r="A1" s="0"><v>22354</v></c><c r="B1" s="2"><v>22354</v></c>', "22354\t22354\n"),
    ('<c r="A1" s="1"><v>99999999999</v></c>', "99999999999\n"),
    ('<c r="A1" s="1"><v>-4</v></c>', "-4\n"),
]


@pytest.mark.parametrize(("cells", "text"), CELLS)
def test_what_a_cell_shows(cells: str, text: str) -> None:
    assert rows(cells, styles=STYLES) == text


@given(st.text(max_size=12), st.sampled_from(["", "s", "str", "b", "e", "inlineStr"]), st.sampled_from("0123x"))
def test_any_value_is_shown_somehow(value: str, kind: str, style: str) -> None:
    shown = value.encode("utf-8", "ignore").decode()
    escaped = "".join(char if char.isalnum() else "_" for char in shown)
    assert rows(f'<c r="A1" t="{kind}" s="{style}"><v>{escaped}</v></c>', styles=STYLES).endswith("\n")


def test_far_away_cells_cost_little() -> None:
    cells = '<c r="A1"><v>1</v></c><c r="ZZZ1"><v>2</v></c>' * 1000
    assert len(rows(cells)) < 1_000_000


def test_strings_that_no_sheet_shows_are_read() -> None:
    file = xlsx([["shown", "words"]])
    assert not any(part.name == "strings" for part in open_attachment(file).parts)
    shared = b"<sst><si><t>left over</t></si></sst>"
    opened = open_attachment(zipped({"[Content_Types].xml": "<Types/>", "xl/sharedStrings.xml": shared}))
    assert [part.text for part in opened.parts if part.name == "strings"] == ["left over"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("xl/worksheets/sheet1.xml", True),
        ("xl/worksheets/_rels/sheet1.xml.rels", False),
        ("xl/sharedStrings.xml", False),
        ("xl/macrosheets/a.xml", True),
    ],
)
def test_which_parts_are_sheets(name: str, expected: bool) -> None:
    assert is_sheet(name) is expected
