"""What an operator knows of vendors: agreements to the minute, regions by host, tools by version; mistakes."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.charter import Charter
from proxy.policy import load_policy
from proxy.registry import Agreement, Tool, ends
from proxy.setting import policy_folder, vendor_folders
from proxy.vendor import Catalogue, CatalogueError, Vendor, load_catalogue
from tests.proxy.inspecting import fresh, request

NOON = datetime(2027, 3, 31, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

VENDOR = """\
id: one
name: One
hosts: [api.one.example, eu.api.one.example, '*.one.example']
regions: [us, eu]
region_hosts: {eu: [eu.api.one.example]}
retention_days: 30
"""


def catalogue(folder: Path, registry: str) -> Catalogue:
    (folder / "vendors").mkdir(exist_ok=True)
    (folder / "vendors" / "one.yaml").write_text(VENDOR)
    (folder / "registry.yaml").write_text(registry)
    return load_catalogue([folder / "vendors"], registry=folder / "registry.yaml")


def vendor_of(found: Catalogue, vendor_id: str) -> Vendor:
    (vendor,) = [vendor for vendor in found.vendors if vendor.id == vendor_id]
    return vendor


@pytest.mark.parametrize(
    ("agreement", "moment", "status"),
    [
        ({"status": "signed"}, NOON, "signed"),
        ({"status": "signed", "until": "2027-03-31"}, datetime(2027, 3, 31, 23, 59, tzinfo=UTC), "signed"),
        ({"status": "signed", "until": "2027-03-31"}, datetime(2027, 4, 1, tzinfo=UTC), "expired"),
        ({"status": "signed", "until": "2027-03-31T12:00"}, NOON - MINUTE, "signed"),
        ({"status": "signed", "until": "2027-03-31T12:00"}, NOON, "expired"),
        ({"status": "signed", "until": "2027-03-31T12:00:00Z"}, NOON, "expired"),
        ({"status": "signed", "until": "2027-03-31T12:00+02:00"}, NOON - 121 * MINUTE, "signed"),
        ({"status": "signed", "until": "2027-03-31T12:00+02:00"}, NOON - 120 * MINUTE, "expired"),
        ({"status": "signed", "until": "2027-03-31T12:00"}, NOON.astimezone(timezone(timedelta(hours=9))), "expired"),
        ({"status": "pending", "until": "2027-01-01"}, NOON, "expired"),
        ({"status": "pending"}, NOON, "pending"),
        ({"status": "none", "until": "2020-01-01"}, NOON, "none"),
    ],
)
def test_an_agreement_ends_to_the_minute(agreement: dict[str, str], moment: datetime, status: str) -> None:
    assert Agreement.model_validate(agreement).at(moment) == status


@given(st.datetimes(timezones=st.just(UTC)), st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_what_has_expired_stays_so(now: datetime, until: date) -> None:
    agreement = Agreement(status="signed", until=until)
    assert agreement.at(ends(until) - MINUTE) == "signed"
    assert agreement.at(max(now, ends(until))) == "expired"


@pytest.mark.parametrize(
    ("versions", "client", "version", "allowed"),
    [
        ("", "claude-code", "2.1.0", True),
        ("", "claude-code", "", True),
        ("", "codex", "2.1.0", False),
        (">=2.0", "claude-code", "2.1.197", True),
        (">=2.0", "claude-code", "1.9", False),
        (">=2.0,<3", "claude-code", "3.0", False),
        (">=2.0", "claude-code", "", False),
        (">=2.0", "codex", "2.1", False),
    ],
)
def test_a_tool_is_allowed_by_name_and_version(versions: str, client: str, version: str, allowed: bool) -> None:
    assert Tool(client="claude-code", versions=versions).allows(client, version) is allowed


def test_the_registry_is_laid_over_what_comes_along(tmp_path: Path) -> None:
    found = catalogue(
        tmp_path,
        "vendors:\n  one:\n    approval: approved\n    agreements: {baa: {status: signed, until: 2027-03-31}}\n"
        "    tools: [{client: claude-code, versions: '>=2.0'}]\n    region_hosts: {us: [us.one.example]}\n"
        "    hosts: [llm.acme.example]\n",
    )
    to = vendor_of(found, "one").destination("eu.api.one.example", NOON, "claude-code", "2.1")
    assert (to.vendor, to.approval, to.agreements) == ("one", "approved", {"baa": "signed"})
    assert (to.regions, to.retention_days, to.trains, to.tool_approved) == ({"eu"}, 30, None, True)
    assert found.vendor_for("llm.acme.example") == found.vendor_for("api.one.example")
    assert [vendor.id for vendor in found.approved()] == ["one"]


def test_what_may_be_used_instead_is_named_with_its_tools(tmp_path: Path) -> None:
    tools = "[{client: claude-code, versions: '>=2.0'}, {client: codex}]"
    text = f"vendors: {{one: {{approval: approved, tools: {tools}}}, two: {{hosts: [api.two.example]}}}}\n"
    found = catalogue(tmp_path, text)
    assert found.alternatives(vendor_of(found, "two")) == ("One (claude-code >=2.0, codex)",)
    assert found.alternatives(vendor_of(found, "one")) == ()
    assert found.alternatives(None) == ()


def test_a_vendor_is_in_the_shadow_once_another_is_approved(tmp_path: Path) -> None:
    none = catalogue(tmp_path, "vendors: {two: {hosts: [api.two.example]}}\n")
    assert not none.is_shadow("two")
    one = catalogue(tmp_path, "vendors: {one: {approval: approved}, two: {hosts: [api.two.example]}}\n")
    assert [name for name in ("one", "two", "other") if one.is_shadow(name)] == ["two"]


@pytest.mark.parametrize(
    ("host", "regions"),
    [("eu.api.one.example", {"eu"}), ("us.one.example", {"us"}), ("api.one.example", {"us", "eu"})],
)
def test_a_host_is_of_the_region_that_it_is_named_for_or_of_all(tmp_path: Path, host: str, regions: set[str]) -> None:
    found = catalogue(tmp_path, "vendors: {one: {region_hosts: {us: [us.one.example]}}}\n")
    assert vendor_of(found, "one").regions_of(host) == regions


def test_a_vendor_that_only_the_operator_knows(tmp_path: Path) -> None:
    found = catalogue(tmp_path, "vendors: {acme: {name: Acme AI, hosts: [ai.acme.example], approval: approved}}\n")
    vendor = found.vendor_for("ai.acme.example")
    assert vendor is not None
    assert (vendor.id, vendor.name, vendor.approval) == ("acme", "Acme AI", "approved")


def test_a_folder_of_registries_is_one(tmp_path: Path) -> None:
    catalogue(tmp_path, "vendors: {}\n")
    (tmp_path / "registry").mkdir()
    for number, vendor in enumerate(("one", "two")):
        text = f"vendors: {{{vendor}: {{approval: approved, hosts: [h{number}.{vendor}.example]}}}}\n"
        (tmp_path / "registry" / f"{number}.yaml").write_text(text)
    found = load_catalogue([tmp_path / "vendors"], registry=tmp_path / "registry")
    assert {vendor.id for vendor in found.approved()} == {"one", "two"}


def test_what_is_due_is_told_thirty_days_ahead(tmp_path: Path) -> None:
    found = catalogue(
        tmp_path,
        "vendors:\n  one:\n    agreements:\n      baa: {status: signed, until: 2027-03-31}\n"
        "      dpa: {status: signed, until: 2026-01-01}\n      nda: {status: signed, until: 2028-01-01}\n"
        "    review: 2027-04-15\n",
    )
    vendor = vendor_of(found, "one")
    assert list(vendor.due(NOON)) == ["baa expires 2027-03-31", "dpa expired 2026-01-01", "review due 2027-04-15"]
    assert list(vendor.due(datetime(2025, 1, 1, tzinfo=UTC))) == []


MISTAKES = [
    ("vendors:\n  openia: {approval: approved}\n", 2, "vendors.openia: expected the id of a known vendor"),
    ("vendors:\n  ones: {approval: approved}\n", 2, "(did you mean one?)"),
    ("vendors:\n  one:\n    aproval: approved\n", 3, "aproval:"),
    ("vendors:\n  one:\n    approval: yes\n", 3, "approval:"),
    ("vendors:\n  one:\n    agreements:\n      baa: {status: signd}\n", 4, "agreements.baa.status:"),
    (
        "vendors:\n  one:\n    agreements:\n      baa:\n        status: signed\n        until: soon\n",
        6,
        "expected a date",
    ),
    ("vendors:\n  one:\n    tools:\n    - client: codex\n    - client: claude-cod\n", 5, "(did you mean claude-code?)"),
    ("vendors:\n  one:\n    tools: [{client: codex, versions: new}]\n", 3, "expected versions"),
    ("vendors:\n  one:\n    hosts:\n    - a.one.example\n    - '*.com'\n", 5, "hosts.1:"),
    ("vendors:\n  one:\n    region_hosts: {eu: [eu.two.example]}\n", 2, "region_hosts.eu: expected some of"),
    ("vendors:\n  one:\n    retention_days: -1\n", 3, "retention_days:"),
    ("vendors:\n  two: {hosts: [api.one.example]}\n", 2, "is claimed by one"),
    ("vendors:\n  one: approved\n", 2, "expected a mapping"),
    ("vendors: [one]\n", 1, "expected a mapping"),
    ("vendor: {}\n", 1, "expected the one key `vendors`"),
    ("vendors:\n  one: {}\n  one: {}\n", 3, "expected YAML"),
    ("- one\n", 1, "expected a mapping"),
]


@pytest.mark.parametrize(("text", "line", "what"), MISTAKES)
def test_a_mistake_is_told_with_its_file_and_line(tmp_path: Path, text: str, line: int, what: str) -> None:
    with pytest.raises(CatalogueError) as raised:
        catalogue(tmp_path, text)
    assert [told for told in str(raised.value).splitlines() if f"registry.yaml:{line}: " in told and what in told]


def test_a_registry_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=r"none\.yaml:1: expected a readable file"):
        load_catalogue(vendor_folders(), registry=tmp_path / "none.yaml")


@given(st.text(max_size=60))
def test_whatever_the_registry_holds_is_used_or_told(text: str) -> None:
    from proxy.registry import read_registry
    from proxy.yamldocument import parse_document

    problems: list[str] = []
    assert parse_document(Path("registry.yaml"), text.encode(errors="replace"), problems) or problems
    assert read_registry(Path("/nonexistent/registry.yaml"), problems) == []


@pytest.mark.parametrize(
    ("host", "regions"),
    [
        ("eu.api.openai.com", {"eu"}),
        ("bedrock-runtime.eu-central-1.amazonaws.com", {"eu"}),
        ("bedrock-runtime.eu-west-2.amazonaws.com", {"uk"}),
        ("bedrock-runtime.us-east-1.amazonaws.com", {"us"}),
        ("europe-west4-aiplatform.googleapis.com", {"eu"}),
        ("europe-west6-aiplatform.googleapis.com", {"ch"}),
        ("aiplatform.eu.rep.googleapis.com", {"eu"}),
    ],
)
def test_hosts_with_a_regions_name_are_known(host: str, regions: set[str]) -> None:
    vendor = load_catalogue(vendor_folders()).vendor_for(host)
    assert vendor is not None
    assert vendor.regions_of(host) == regions


@pytest.mark.parametrize(
    ("clause", "named"),
    [
        ("approval: [unreviewed]", True),
        ("vendor: [grok]", True),
        ("approval: [unreviewed], client: [other]", True),
        ("client: [other]", False),
    ],
)
def test_a_clause_about_vendors_tells_what_is_approved(tmp_path: Path, clause: str, named: bool) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(
        "version: 1\nid: own\ndescription: Mine.\nrequests:\n"
        f"- {{id: stop, when: {{{clause}}}, action: block, message: Not here.}}\n"
    )
    (tmp_path / "registry.yaml").write_text("vendors: {openai: {approval: approved, tools: [{client: codex}]}}\n")
    found = load_catalogue(vendor_folders(), registry=tmp_path / "registry.yaml")
    judge = fresh()
    judge.charter = Charter(load_policy(str(file), policy_folder()), found)
    verdict = judge.inspect(replace(request(b"{}"), host="grok.com"))
    assert verdict.reply is not None
    assert (verdict.decision, verdict.clause) == ("block", "stop")
    said = verdict.reply.body.decode()
    assert "Not here." in said
    assert ("Approved here: OpenAI API (codex)." in said) is named
