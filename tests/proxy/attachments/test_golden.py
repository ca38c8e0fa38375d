"""Files that other libraries wrote (`tests/cases/attachments`): what a reader of them sees is what is read."""

import io
import zipfile
from pathlib import Path

import pytest

from proxy.attachments import Opened, open_attachment
from tests.proxy.attachments.making import zipped
from tests.proxy.inspecting import AWS_KEY, engine

CASES = Path(__file__).parents[2] / "cases" / "attachments"
SSN = "-".join(("536", "22", "8726"))

EXPECTED: dict[str, dict[str, str]] = {
    "python-docx.docx": {
        "document": "Intro text\nkey: {VALUE}\nName \tSSN \tPhone \t\nAnn Roe \t{SSN} \tx \t\n",
        "header:1": "words in the header",
        "comment:1": "words in a comment",
        "part:3": "creator: Ann Author",
    },
    "python-pptx.pptx": {"slide:1": "Title of the slide\nkey: {VALUE}\nline two\n", "notes:1": "words in the notes"},
    "openpyxl.xlsx": {
        "sheet:1": "Name\tSSN\tKey\nAnn Roe\t{SSN}\t{VALUE}\nfar\n",
        "sheet:2": "words of another sheet\n",
        "comment:1": "Bob\nwords in a comment",
    },
    "xlsxwriter.xlsx": {
        "sheet:1": 'Name\tSSN\tNumber\nAnn Roe\t{SSN}\t4111000000000000\n=CONCATENATE("words"," in a formula") 0\n',
        "comment:1": "words in a comment",
    },
    "odfpy.odt": {"document": "key: {VALUE}\n"},
    "odfpy.ods": {"document": "Name \tSSN \t\nAnn Roe \t{SSN} \t\n"},
    "reportlab.pdf": {
        "page:1": "words on page 1\nGrüße, naïve",
        "page:3": "words on page 3\nGrüße, naïve",
        "metadata": "ssn: value in a form",
    },
    "pypdf-no-password.pdf": {"page:2": "words on page 2\nGrüße, naïve", "metadata": "Contents: words in a note"},
    "pypdf-password.pdf": {},
    "pillow.png": {"metadata": "Comment: plain words\nZ: packed words\nI: international wörds"},
    "pillow.jpg": {"metadata": "words of exif\n"},
    "pillow.gif": {"metadata": "words in a comment"},
    "pillow.webp": {"metadata": "<x:xmpmeta>words of xmp</x:xmpmeta>"},
    "pillow.tif": {"metadata": "words of tiff"},
    "pillow.avif": {"metadata": "words of Windows"},
}
"""By file and part, what is in the part's text."""


def texts(opened: Opened) -> dict[str, str]:
    return {part.name: part.text for part in opened.parts}


def planted(name: str) -> bytes:
    """An office file with values in place of its `{VALUE}` and `{SSN}`."""
    with zipfile.ZipFile(io.BytesIO((CASES / name).read_bytes())) as archive:
        entries = {entry: archive.read(entry) for entry in archive.namelist()}
    for word, value in (("{VALUE}", AWS_KEY), ("{SSN}", SSN)):
        # Word's runs may cut the word, as they do in one of these files.
        cut = f"{word[:3]}</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>{word[3:]}".encode()
        entries = {
            entry: content.replace(word.encode(), value.encode()).replace(
                cut, cut.replace(word[:3].encode(), value[:9].encode()).replace(word[3:].encode(), value[9:].encode())
            )
            for entry, content in entries.items()
        }
    return zipped(entries)


def test_every_file_has_its_expectations() -> None:
    assert sorted(EXPECTED) == sorted(path.name for path in CASES.iterdir())


@pytest.mark.parametrize("name", EXPECTED)
def test_what_a_file_says(name: str) -> None:
    opened = open_attachment((CASES / name).read_bytes(), name=name)
    found = texts(opened)
    for part, text in EXPECTED[name].items():
        assert text in found[part]
    unread = name.startswith("pillow") or "-password" in name.replace("no-password", "")
    assert opened.incomplete == (("attachment",) if unread else ())


@pytest.mark.parametrize("name", [name for name in EXPECTED if name.endswith(("x", "s", "t"))])
def test_a_value_planted_in_an_office_file_is_found(name: str) -> None:
    found = {
        finding.entity for part in open_attachment(planted(name)).parts for finding in engine().scan(part.text).findings
    }
    wanted = {"AWS_ACCESS_KEY": "{VALUE}", "US_SSN": "{SSN}"}
    in_it = "".join(EXPECTED[name].values())
    assert found >= {entity for entity, word in wanted.items() if word in in_it}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_file_without_values_has_no_findings(name: str) -> None:
    opened = open_attachment((CASES / name).read_bytes())
    contact = {"EMAIL_ADDRESS", "PERSON", "URL", "IP_ADDRESS", "DATE_TIME"}
    found = {finding.entity for part in opened.parts for finding in engine().scan(part.text).findings}
    assert found <= contact
