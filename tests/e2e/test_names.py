"""Names on the wire, found by a pack that the operator brings: stand-ins go out, replies come back, all is counted."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.detectors.names.packs import make_pack
from tests.e2e.clients import CHAT, curl
from tests.e2e.conftest import Lab
from tests.e2e.lab import DidNotStart, Tightlip
from tests.e2e.reloading import reload
from tests.fakevendor import FakeVendor, Step

pytestmark = pytest.mark.slow

TEXT = "Please write to Amara Roe at Acme in London about the plan"


@pytest.fixture(scope="module")
def naming(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tightlip]:
    pack = make_pack(tmp_path_factory.mktemp("packs"))
    with lab.tightlip("naming", policy="pseudonyms", names={"model": pack}) as tightlip:
        yield tightlip


def ask(naming: Tightlip, text: str) -> str:
    """The text of the reply."""
    body = {"model": "m", "messages": [{"role": "user", "content": text}]}
    answer = curl(naming, CHAT, json.dumps(body).encode())
    return str(json.loads(answer.body)["choices"][0]["message"]["content"])


def stand_in(vendor: FakeVendor) -> str:
    received = json.loads(vendor.last.body)["messages"][-1]["content"]
    match = re.fullmatch(r"Please write to (.+) at Acme in London about the plan", received)
    assert match is not None
    return match[1]


def test_a_person_goes_out_under_another_name_and_comes_back(naming: Tightlip, vendor: FakeVendor) -> None:
    ask(naming, TEXT)
    seen = stand_in(vendor)
    assert "Amara" not in seen and "Roe" not in seen
    vendor.script(Step(text=(f"I wrote to {seen}. ", "Done.")))
    assert ask(naming, TEXT) == "I wrote to Amara Roe. Done."
    assert stand_in(vendor) == seen


def test_what_was_found_is_on_record_without_its_words(naming: Tightlip, vendor: FakeVendor) -> None:
    ask(naming, TEXT)
    decision = naming.decisions()[-1]
    assert [finding["rule"] for finding in decision["findings"]] == [
        "name-person",
        "name-organization",
        "name-location",
    ]
    assert "Amara Roe" not in json.dumps(decision)


def test_its_time_is_counted(naming: Tightlip, vendor: FakeVendor) -> None:
    ask(naming, TEXT + " again")
    counted = re.search(r"^tightlip_names_seconds_count (\S+)", naming.get("/metrics")[1], re.MULTILINE)
    assert counted is not None
    assert float(counted[1]) > 0


def test_a_reload_takes_another_model_from_the_same_folder_and_keeps_the_workers_of_the_same(
    lab: Lab, vendor: FakeVendor, tmp_path: Path
) -> None:
    pack = make_pack(tmp_path)
    with lab.tightlip("retrained", names={"model": pack}, reload="manual") as tightlip:
        ask(tightlip, "Ask Amara Roe or Kofi Roe")
        assert len(tightlip.decisions()[-1]["findings"]) == 1
        assert reload(tightlip)["result"] == "unchanged"
        make_pack(tmp_path, patterns=[{"label": "PERSON", "pattern": name} for name in ("Amara Roe", "Kofi Roe")])
        answer = reload(tightlip)
        assert (answer["result"], answer["changed"]) == ("taken", ["model names changed"])
        ask(tightlip, "Ask Amara Roe or Kofi Roe")
        assert len(tightlip.decisions()[-1]["findings"]) == 2


def test_a_model_that_does_not_load_is_refused_and_the_former_goes_on(lab: Lab, tmp_path: Path) -> None:
    pack = make_pack(tmp_path)
    with lab.tightlip("half", names={"model": pack}, reload="manual") as tightlip:
        (Path(pack) / "meta.json").write_text("{")
        answer = reload(tightlip)
        assert answer["result"] == "refused"
        assert "names.model: expected a spaCy pack, found" in answer["problems"]
        ask(tightlip, TEXT)
        assert "name-person" in [one["rule"] for one in tightlip.decisions()[-1]["findings"]]


def test_a_pack_that_is_not_there_stops_the_start(lab: Lab, tmp_path: Path) -> None:
    tightlip = lab.tightlip("nameless", folder=tmp_path, names={"model": "en_core_web_lg"})
    with pytest.raises(DidNotStart) as caught, tightlip:
        pass
    told = str(caught.value)
    assert re.search(r"tightlip\.yaml:\d+: names\.model: expected an installed spaCy pack", told)
    assert "python -m spacy download en_core_web_lg" in told


def test_by_default_our_own_model_logs_a_name_and_cuts_a_patients(balanced: Tightlip, vendor: FakeVendor) -> None:
    ask(balanced, "Please call Maria Fernandez back about the invoice.")
    assert "Maria Fernandez" in vendor.last.body.decode()
    assert [one["rule"] for one in balanced.decisions()[-1]["findings"]] == ["name-person"]
    ask(balanced, "Maria Fernandez was started on metformin for her diabetes mellitus type 2.")
    assert b"Fernandez" not in vendor.last.body
    assert b"metformin for her diabetes" in vendor.last.body
