"""The vendor catalogue: the shipped files, host matching, and mistakes told with file and line."""

from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.registry import Kind
from proxy.vendor import CREDENTIAL_HEADERS, CatalogueError, load_catalogue, normalise

FOLDER = Path(__file__).parents[2] / "rules" / "vendors"
CATALOGUE = load_catalogue([FOLDER])

OWNERS = [
    ("api.openai.com", "openai"),
    ("eu.api.openai.com", "openai"),
    ("openai.com", None),
    ("api.openai.com.evil.example", None),
    ("notapi.openai.com", None),
    ("chatgpt.com", "chatgpt"),
    ("ab.chatgpt.com", "chatgpt"),
    ("api.anthropic.com", "anthropic"),
    ("statsig.anthropic.com", "anthropic"),
    ("claude.ai", "claude"),
    ("generativelanguage.googleapis.com", "gemini"),
    ("us-central1-aiplatform.googleapis.com", "vertex"),
    ("aiplatform.us.rep.googleapis.com", "vertex"),
    ("-aiplatform.googleapis.com", None),
    ("storage.googleapis.com", None),
    ("cloudcode-pa.googleapis.com", "code-assist"),
    ("play.googleapis.com", "code-assist"),
    ("autopush-cloudcode-pa.sandbox.googleapis.com", "code-assist"),
    ("acme.openai.azure.com", "azure-openai"),
    ("openai.azure.com", None),
    ("portal.azure.com", None),
    ("bedrock-runtime.eu-central-1.amazonaws.com", "bedrock"),
    ("vpce-0a-1.bedrock-runtime.us-east-1.vpce.amazonaws.com", "bedrock"),
    ("bedrock-runtime.amazonaws.com", None),
    ("bedrock-runtime.a.b.amazonaws.com", None),
    ("s3.us-east-1.amazonaws.com", None),
    ("q.us-east-1.amazonaws.com", "amazon-q"),
    ("client-telemetry.us-east-1.amazonaws.com", "amazon-q"),
    ("api.business.githubcopilot.com", "copilot"),
    ("copilot-telemetry.githubusercontent.com", "copilot"),
    ("raw.githubusercontent.com", None),
    ("api.github.com", None),
    ("api2.cursor.sh", "cursor"),
    ("agentn.global.api5.cursor.sh", "cursor"),
    ("server.self-serve.windsurf.com", "windsurf"),
    ("api.jetbrains.ai", "jetbrains"),
    ("t1.api.augmentcode.com", "augment"),
    ("huggingface.co", None),
    ("api.morphllm.com", "morph"),
    ("oai.endpoints.kepler.ai.cloud.ovh.net", "ovhcloud"),
    ("default.exp-tas.com", "copilot"),
    ("collector.github.com", None),
    ("us.i.posthog.com", None),
    ("github.com", None),
    ("router.huggingface.co", "huggingface"),
    ("gemini.google.com", "gemini-app"),
    ("www.google.com", None),
    ("copilot.microsoft.com", "microsoft-copilot"),
    ("www.bing.com", None),
    ("capi.grammarly.com", "grammarly"),
    ("www.grammarly.com", None),
    ("api.otter.ai", "otter"),
    ("api-free.deepl.com", "deepl"),
    ("chat.mistral.ai", "le-chat"),
    ("acme-space.hf.space", "huggingface-spaces"),
    ("inference.generativeai.us-chicago-1.oci.oraclecloud.com", "oci"),
    ("", None),
    (".", None),
    ("10.0.0.1", None),
    ("[::1]", None),
]

ONE = """\
id: one
name: One
hosts: [api.one.example]
"""
TWO = """\
id: two
name: Two
hosts:
  - api.two.example
"""


@pytest.mark.parametrize(("host", "owner"), OWNERS)
def test_who_owns_a_host(host: str, owner: str | None) -> None:
    vendor = CATALOGUE.vendor_for(host)
    assert (vendor.id if vendor else None) == owner


@pytest.mark.parametrize(
    ("vendor", "host"),
    [
        ("openai", "api.openai.com"),
        ("copilot", "api.githubcopilot.com"),
        ("bedrock", None),
        ("zhipu", "open.bigmodel.cn"),
    ],
)
def test_the_host_that_stands_for_a_vendor(vendor: str, host: str | None) -> None:
    (found,) = [entry for entry in CATALOGUE.vendors if entry.id == vendor]
    assert found.front_host == host


@pytest.mark.parametrize(
    "host", ["API.OpenAI.com", "api.openai.com.", " api.openai.com ", "ａｐｉ.openai.com", "api。openai．com"]
)
def test_a_host_may_be_spelt_in_many_ways(host: str) -> None:
    vendor = CATALOGUE.vendor_for(host)
    assert vendor is not None
    assert vendor.id == "openai"


@pytest.mark.parametrize("host", ["api.openai.com..", "api..openai.com", "a" * 64 + "\u00e9.com", "\ud800.com", "\0"])
def test_what_is_no_host_is_nobodys(host: str) -> None:
    assert CATALOGUE.vendor_for(host) is None


@given(st.text(max_size=80))
def test_any_text_can_be_asked_for(host: str) -> None:
    assert CATALOGUE.vendor_for(host) == CATALOGUE.vendor_for(host)


@given(st.sampled_from([host for host, _ in OWNERS if host]), st.data())
def test_case_never_matters(host: str, data: st.DataObject) -> None:
    mixed = "".join(data.draw(st.sampled_from([letter.lower(), letter.upper()])) for letter in host)
    assert CATALOGUE.vendor_for(mixed) == CATALOGUE.vendor_for(host)


def test_the_memory_of_hosts_is_bounded() -> None:
    for number in range(20_000):
        CATALOGUE.vendor_for(f"host{number}.example")
    assert len(CATALOGUE._seen) <= 2 * 4096


def test_the_shipped_catalogue_is_broad_and_each_file_is_called_as_its_vendor() -> None:
    assert len(CATALOGUE.vendors) >= 200
    assert len({host for vendor in CATALOGUE.vendors for host in vendor.hosts}) >= 400
    assert {vendor.kind for vendor in CATALOGUE.vendors} == set(get_args(Kind))
    assert CATALOGUE.approved() == ()  # that is for the operator to say
    assert sorted(vendor.id for vendor in CATALOGUE.vendors) == sorted(path.stem for path in FOLDER.glob("*.yaml"))
    assert all(vendor.references for vendor in CATALOGUE.vendors)


def test_the_domains_cover_every_host_and_hold_no_star() -> None:
    domains = CATALOGUE.domains()
    assert not [name for name in domains if "*" in name or name.count(".") == 0]
    for vendor in CATALOGUE.vendors:
        for pattern in (*vendor.hosts, *vendor.telemetry_hosts):
            host = pattern.replace("*", "x")
            assert any(host == name or host.endswith(f".{name}") for name in domains), pattern


def test_no_domain_lies_below_another() -> None:
    domains = CATALOGUE.domains()
    assert not [(a, b) for a in domains for b in domains if a.endswith(f".{b}")]


@pytest.mark.parametrize(
    ("host", "expected"),
    [("ab.chatgpt.com", True), ("chatgpt.com", False), ("AB.ChatGPT.com.", True)],
)
def test_telemetry_hosts_are_told_from_prompt_hosts(host: str, expected: bool) -> None:
    vendor = CATALOGUE.vendor_for(host)
    assert vendor is not None
    assert vendor.is_telemetry(host) is expected


@pytest.mark.parametrize(
    ("host", "expected"), [("api2.cursor.sh", True), ("A.B.CURSOR.SH.", True), ("api.openai.com", False)]
)
def test_hosts_of_two_way_streams(host: str, expected: bool) -> None:
    vendor = CATALOGUE.vendor_for(host)
    assert vendor is not None
    assert vendor.is_http1(host) is expected


def test_only_a_vendors_own_headers_are_credentials() -> None:
    vendors = {vendor.id: vendor for vendor in CATALOGUE.vendors}
    assert all(vendors["openai"].is_credential_header(name) for name in CREDENTIAL_HEADERS)
    assert vendors["chatgpt"].is_credential_header("cookie")
    assert not vendors["openai"].is_credential_header("cookie")
    assert not vendors["openai"].is_credential_header("x-amz-security-token")
    assert vendors["bedrock"].is_credential_header("x-amz-security-token")
    assert vendors["gemini"].credential_query == ("key",)


def test_extra_hosts_join_their_vendor(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(ONE)
    catalogue = load_catalogue([tmp_path], {"LLM.Corp.Example.": "one"})
    vendor = catalogue.vendor_for("llm.corp.example")
    assert vendor is not None
    assert vendor.id == "one"
    assert catalogue.domains() == ("api.one.example", "llm.corp.example")
    assert catalogue.digest != load_catalogue([tmp_path]).digest


def test_the_digest_does_not_depend_on_the_order_of_files(tmp_path: Path) -> None:
    for folder, first, second in (("a", ONE, TWO), ("b", TWO, ONE)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "1.yaml").write_text(first)
        (tmp_path / folder / "2.yaml").write_text(second)
    assert load_catalogue([tmp_path / "a"]).digest == load_catalogue([tmp_path / "b"]).digest


MISTAKES = [
    ("id: one\nname: One\nhosts: [api.one.example]\nhost: x\n", 4, "host:"),
    ("id: One\nname: One\nhosts: [api.one.example]\n", 1, "id:"),
    ("id: one\nhosts: [api.one.example]\n", 1, "name:"),
    ("id: one\nname: One\nhosts: []\n", 3, "hosts:"),
    ("id: one\nname: One\nhosts:\n  - api.one.example\n  - API.one.example\n", 5, "hosts.1:"),
    ("id: one\nname: One\nhosts: ['*.com']\n", 3, "hosts.0:"),
    ("id: one\nname: One\nhosts: ['*']\n", 3, "hosts.0:"),
    ("id: one\nname: One\nhosts: ['a.*.com']\n", 3, "hosts.0:"),
    ("id: one\nname: One\nhosts: ['https://api.one.example']\n", 3, "hosts.0:"),
    ("id: one\nname: One\nhosts: [api.one.example:443]\n", 3, "hosts.0:"),
    ("id: one\nname: One\nhosts: [api.one.example]\nhttp1_hosts: [api.two.example]\n", 4, "http1_hosts:"),
    ("id: one\nname: One\nhosts: [api.one.example]\nbase_url_host: api.two.example\n", 4, "base_url_host:"),
    ("id: one\nname: One\nhosts: ['*.one.example']\nbase_url_host: '*.one.example'\n", 4, "base_url_host:"),
    ("id: one\nname: One\nhosts: [api.one.example]\nformats:\n  - openai.chats\n", 5, "formats.0:"),
    ("id: one\nname: One\nhosts: [api.one.example]\nerror_shape: html\n", 4, "error_shape:"),
    ("id: one\nname: One\nhosts: [api.one.example]\ncredential_headers: [X-Key]\n", 4, "credential_headers.0:"),
    ("id: one\nname: One\nhosts: [api.one.example]\ncredential_query: [Key]\n", 4, "credential_query.0:"),
    ("- id: one\n", 1, "expected a mapping"),
    ("id: one\nname: 'One\n", 3, "expected YAML"),
    ("id: one\nid: two\n", 2, "expected YAML"),
    ("", 1, "expected a mapping"),
]


@pytest.mark.parametrize(("text", "line", "what"), MISTAKES)
def test_a_mistake_is_told_with_its_file_and_line(tmp_path: Path, text: str, line: int, what: str) -> None:
    file = tmp_path / "one.yaml"
    file.write_text(text)
    with pytest.raises(CatalogueError) as raised:
        load_catalogue([tmp_path])
    assert f"{file}:{line}: {what}" in str(raised.value)


def test_every_mistake_in_every_file_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text("id: One\nname: One\nhosts: [x]\n")
    (tmp_path / "two.yaml").write_text("id: two\n")
    (tmp_path / "three.yaml").write_bytes(b"\xff\xfe")
    with pytest.raises(CatalogueError) as raised:
        load_catalogue([tmp_path])
    lines = str(raised.value).splitlines()
    assert [line.rpartition("/")[2].partition(":")[0] for line in lines] == [
        "one.yaml",
        "one.yaml",
        "three.yaml",
        "two.yaml",
        "two.yaml",
    ]


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ("api.one.example", "api.one.example"),
        ("*.one.example", "api.one.example"),
        ("api.one.example", "*.one.example"),
        ("*.one.example", "*.eu.one.example"),
        ("api.*.one.example", "*.one.example"),
        ("api.*.one.example", "api.eu.one.example"),
    ],
)
def test_two_vendors_can_not_claim_one_host(tmp_path: Path, mine: str, theirs: str) -> None:
    for name, host in (("one", mine), ("two", theirs)):
        (tmp_path / f"{name}.yaml").write_text(f"id: {name}\nname: N\nhosts: ['{host}']\n")
    with pytest.raises(CatalogueError, match=r"two\.yaml:1: hosts: .* is claimed by one"):
        load_catalogue([tmp_path])


def test_two_vendors_can_not_have_one_id(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(ONE)
    (tmp_path / "b.yaml").write_text(TWO.replace("id: two", "id: one"))
    with pytest.raises(CatalogueError, match=r"b\.yaml:1: id: one is taken by .*a\.yaml:1"):
        load_catalogue([tmp_path])


@pytest.mark.parametrize(
    ("extra", "what"),
    [
        ({"llm.corp.example": "nobody"}, "expected a vendor's id, found nobody"),
        ({"not a host": "one"}, "expected a host name"),
        ({"api.two.example": "one"}, "is claimed by one"),
    ],
)
def test_a_bad_extra_host_is_refused(tmp_path: Path, extra: dict[str, str], what: str) -> None:
    (tmp_path / "one.yaml").write_text(ONE)
    (tmp_path / "two.yaml").write_text(TWO)
    with pytest.raises(CatalogueError, match=what):
        load_catalogue([tmp_path], extra)


@given(st.text(max_size=40))
def test_normalising_twice_changes_nothing(host: str) -> None:
    assert normalise(normalise(host)) in {normalise(host), normalise(host).removesuffix(".")}
