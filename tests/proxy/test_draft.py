"""All that an edition is made of, read as a whole; what a mistake's place is; what a running proxy can't take."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from proxy.config import NEEDS_RESTART, Config, Origin
from proxy.draft import OPERATORS_ERRORS, Draft, compile_rules, load_draft, places
from proxy.edition import standing_of
from proxy.inventory import differences
from proxy.watch import Watch
from tests.compiled import share_rules

POLICY = "version: 1\nid: own\ndescription: ''\nfindings:\n- id: one\n  when: {category: secret}\n  action: block\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    share_rules(tmp_path / "state")
    (tmp_path / "tightlip.yaml").write_text(f"state_dir: {tmp_path / 'state'}\npolicy: ./policy.yaml\n")
    (tmp_path / "policy.yaml").write_text(POLICY)
    return tmp_path


def origin(folder: Path, **flags: Any) -> Origin:
    return Origin.of(folder / "tightlip.yaml", {}, flags)


def again(folder: Path, draft: Draft) -> Draft:
    return load_draft(origin(folder), draft.config)


def test_the_same_files_make_the_same(folder: Path) -> None:
    first, second = (load_draft(origin(folder)) for _ in range(2))
    assert first.digests == second.digests
    assert first.inventory == second.inventory
    assert first.rules.digest == second.rules.digest
    assert first.finds_like(second)


@pytest.mark.parametrize(
    ("file", "text", "part", "same_workers"),
    [
        ("policy.yaml", POLICY.replace("secret", "pci"), "policy", True),
        ("tightlip.yaml", "limits: {depth: 100}\n", "config", False),
        ("tightlip.yaml", "language: de\n", "wording", True),
        ("tightlip.yaml", "ocr: 'off'\n", "config", None),
    ],
)
def test_a_change_shows_in_the_digest_of_its_part(
    folder: Path, file: str, text: str, part: str, same_workers: bool | None
) -> None:
    before = load_draft(origin(folder))
    old = (folder / file).read_text()
    (folder / file).write_text(text if file == "policy.yaml" else old + text)
    after = again(folder, before)
    changed = {name for name in after.digests if after.digests[name] != before.digests[name]}
    assert changed == ({part} if file == "policy.yaml" else {part, "config"})
    if same_workers is not None:
        assert after.finds_like(before) is same_workers


def test_every_file_is_followed(folder: Path) -> None:
    watch = Watch()
    load_draft(origin(folder), watch=watch)
    followed = [path.as_posix() for path in watch.paths]
    assert followed[0] == f"{folder}/tightlip.yaml"
    for end in ("policy.yaml", "/rules", "/policies", "/vendors"):
        assert any(path.endswith(end) for path in followed), end
    (folder / "policy.yaml").write_text("version: 2")
    assert watch.changed() == ()
    assert [path.name for path in watch.changed()] == ["policy.yaml"]


def test_what_a_mistaken_file_names_is_followed_too(folder: Path) -> None:
    """So that mending it is noticed."""
    (folder / "policy.yaml").write_text("version: 1\nid: [")
    watch = Watch()
    with pytest.raises(OPERATORS_ERRORS):
        load_draft(origin(folder), watch=watch)
    assert any(path.name == "policy.yaml" for path in watch.paths)


def test_keys_that_need_a_restart_stay_and_are_named(folder: Path) -> None:
    before = load_draft(origin(folder))
    with (folder / "tightlip.yaml").open("a") as file:
        file.write("listen: 127.0.0.1:9999\nworkers: 7\nother_hosts: refuse\n")
    after = again(folder, before)
    assert after.held == ("listen", "workers")
    assert after.config.listen == before.config.listen
    assert after.config.workers == before.config.workers
    assert after.config.other_hosts == "refuse"


def test_keys_that_need_a_restart_are_keys() -> None:
    assert set(Config.model_fields) > NEEDS_RESTART


def test_flags_hold_at_a_reload(folder: Path) -> None:
    before = load_draft(origin(folder, policy="strict"))
    assert load_draft(origin(folder, policy="strict"), before.config).charter.policy.id == "strict"


def test_an_origin_keeps_of_the_environment_what_is_ours() -> None:
    env = {"TIGHTLIP_POLICY": "strict", "HOME": "/home/ann", "AWS_SECRET_ACCESS_KEY": "none of ours"}
    assert Origin.of(None, env, {}).env == {"TIGHTLIP_POLICY": "strict", "HOME": "/home/ann"}
    assert "strict" not in repr(Origin.of(None, env, {}))


@pytest.mark.parametrize(
    ("problem", "expected"),
    [
        ("/etc/t/policy.yaml:6: clause one: when.category: expected one of pci", ("/etc/t/policy.yaml:6",)),
        ("/etc/my files/p.yaml:6: clause one: expected", ("/etc/my files/p.yaml:6",)),
        ("environment TIGHTLIP_POLICY: policy: expected", ("environment TIGHTLIP_POLICY",)),
        ("flag --policy: policy: expected", ("flag --policy",)),
        ("a.yaml:1: x: y\nb.yaml:2: z: w\na.yaml:1: more", ("a.yaml:1", "b.yaml:2")),
        ("policy 'none': expected a pack or a file, found neither", ()),
        ("the log says where", ()),
        ("", ()),
    ],
)
def test_where_a_mistake_is(problem: str, expected: tuple[str, ...]) -> None:
    assert places(problem) == expected


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("names: {model: en_core_web_lg}\n", "to install it: python -m spacy download en_core_web_lg"),
        ("names:\n  milliseconds: 9\n  model: ./ours\n", "expected a folder that holds a spaCy pack, found none at"),
        ("names: {model: 'presidio:nlp.yaml'}\n", "expected an NLP configuration of Presidio's, found no file at"),
    ],
)
def test_a_model_that_is_not_there_is_told_with_its_line_and_what_to_do(folder: Path, text: str, told: str) -> None:
    file = folder / "tightlip.yaml"
    file.write_text(file.read_text() + text)
    with pytest.raises(OPERATORS_ERRORS) as raised:
        load_draft(origin(folder))
    line = 5 if "milli" in text else 3
    assert str(raised.value).startswith(f"{file}:{line}: names.model: expected ")
    assert told in str(raised.value)
    assert places(str(raised.value)) == (f"{file}:{line}",)


def test_a_model_that_can_not_be_loaded_is_told_when_a_reload_tries_it(folder: Path) -> None:
    (folder / "ours").mkdir()
    file = folder / "tightlip.yaml"
    file.write_text(file.read_text() + "names: {model: ./ours}\n")
    draft = load_draft(origin(folder))
    with pytest.raises(OPERATORS_ERRORS, match=r"tightlip.yaml:3: names.model: expected a spaCy pack, found"):
        compile_rules(draft, origin(folder).place("names", "model"))


def test_another_model_or_time_needs_other_workers(folder: Path) -> None:
    before = load_draft(origin(folder))
    file = folder / "tightlip.yaml"
    old = file.read_text()
    for text in ("names: {model: 'off'}\n", "names: {milliseconds: 99}\n"):
        file.write_text(old + text)
        assert not again(folder, before).finds_like(before)


KOFI = [{"label": "PERSON", "pattern": "Kofi Roe"}]


@pytest.fixture(params=["folder", "presidio"])
def pack(folder: Path, request: pytest.FixtureRequest) -> Path:
    """A pack in a folder, which the configuration names, or a file of Presidio's that it names."""
    from tests.detectors.names.packs import make_pack

    pack = model = make_pack(folder)
    if request.param == "presidio":
        models = [{"lang_code": "en", "model_name": pack}]
        (folder / "nlp.yaml").write_text(json.dumps({"nlp_engine_name": "spacy", "models": models}))
        model = f"presidio:{folder}/nlp.yaml"
    with (folder / "tightlip.yaml").open("a") as file:
        file.write(f"names: {{model: '{model}'}}\n")
    return Path(pack)


def test_another_model_in_the_same_folder_is_another(folder: Path, pack: Path) -> None:
    from tests.detectors.names.packs import make_pack

    before = load_draft(origin(folder))
    make_pack(folder, patterns=KOFI)
    assert len(before.watch.changed()) == 0  # not rested yet
    assert "entity_ruler" in {path.relative_to(pack).parts[0] for path in before.watch.changed()}
    after = again(folder, before)
    assert {name for name in after.digests if after.digests[name] != before.digests[name]} == {"names"}
    assert differences(before.inventory, after.inventory) == ("model names changed",)
    assert standing_of(after).edition != standing_of(before).edition
    assert not after.finds_like(before)


def test_a_model_that_was_only_touched_is_the_same(folder: Path, pack: Path) -> None:
    before = load_draft(origin(folder))
    for path in pack.rglob("*"):
        os.utime(path, (1, 1))
    after = again(folder, before)
    assert (after.digests, after.inventory) == (before.digests, before.inventory)
    assert after.finds_like(before)


def test_a_file_more_is_another_model(folder: Path, pack: Path) -> None:
    before = load_draft(origin(folder))
    (pack / "vocab" / "more").write_text("")
    assert not again(folder, before).finds_like(before)


def test_what_comes_along_is_followed_by_nobody(folder: Path) -> None:
    draft = load_draft(origin(folder))
    assert draft.settings.names_digest == ""
    assert "names" not in draft.digests
    assert not any("models" in path.parts for path in draft.watch.paths)


@pytest.mark.parametrize("what", ["gone", "folder", "unreadable", "empty", "half"])
def test_whatever_happens_to_a_file_is_an_operators_error(folder: Path, what: str) -> None:
    file = folder / "policy.yaml"
    if what in ("gone", "folder"):
        file.unlink()
    if what == "folder":
        file.mkdir()
    if what == "unreadable":
        file.write_bytes(b"\xff\xfe\x00")
    if what in ("empty", "half"):
        file.write_text(POLICY[: len(POLICY) // 2 if what == "half" else 0])
    with pytest.raises(OPERATORS_ERRORS) as raised:
        load_draft(origin(folder))
    assert "policy" in str(raised.value)


def test_the_environment_is_not_needed_twice(folder: Path) -> None:
    """A reload reads the environment of the start: it can't have changed, and a child's could be another."""
    assert load_draft(Origin.of(folder / "tightlip.yaml", os.environ, {"language": "de"})).config.language == "de"
