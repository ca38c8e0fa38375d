"""Reloads without processes: in turn, whole or not at all, on record before they count, and the last good one stays."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import pytest

from proxy import reload as reloading
from proxy.audit import AuditLog, AuditUnavailable
from proxy.configfile import ConfigError
from proxy.draft import OPERATORS_ERRORS, Draft, load_draft
from proxy.drafting import Errand, Refused
from proxy.edition import Edition
from proxy.front import Front
from proxy.inquiry import Inquiry
from proxy.lastedition import LAST_FILE, read_last
from proxy.pool import Pool, PoolError
from proxy.pseudonym.vault import Vault
from proxy.reload import Cause, Outcome, Reloader, Result, Trigger
from proxy.shadow import Shadow
from proxy.task import Sealed
from tests.proxy.test_audit import records
from tests.proxy.test_draft import POLICY, again, folder, origin
from tests.proxy.test_metrics import value

__all__ = ["folder"]

FILE = Cause(Trigger.FILE, ("ann",), (Path("/etc/policy.yaml"),))


@dataclass
class StillPool:
    """Stands for a pool: says whether it was started and stopped."""

    fails: bool = False
    is_ending: bool = False
    events: list[str] = field(default_factory=list)

    async def start(self, at_once: int | None = None) -> None:
        self.events.append("start")
        if self.fails:
            raise PoolError("worker_lost", "start")

    async def end(self) -> None:
        self.is_ending = True
        self.events.append("end")

    async def stop(self) -> None:
        self.events.append("stop")


@dataclass
class Desk:
    """A reloader whose files are read in this process, or as a test wants."""

    reloader: Reloader
    folder: Path
    read: Callable[[], Draft]
    pools: list[StillPool]
    taken: list[str] = field(default_factory=list)
    reads: int = 0

    async def read_apart(self, errand: Errand) -> Draft:
        self.reads += 1
        await asyncio.sleep(0.01)
        try:
            return self.read()
        except OPERATORS_ERRORS as err:
            raise Refused(str(err)) from err

    async def reload(self, cause: Cause = FILE) -> Outcome:
        return await self.reloader.reload(cause)

    def write(self, text: str) -> None:
        (self.folder / "policy.yaml").write_text(text)

    @property
    def edition(self) -> Edition:
        return self.reloader.front.edition

    def loads(self) -> list[dict[str, Any]]:
        return [record for record in records(self.folder / "audit") if record["type"] == "load"]


@pytest.fixture
async def desk(folder: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    draft, log = load_draft(origin(folder)), AuditLog(folder / "audit")
    pools = [StillPool()]
    front = Front(Inquiry(), log, Edition.of(draft, cast(Pool, pools[0]), None), Shadow(log, Inquiry()))
    taken: list[str] = []

    def put_in_force(edition: Edition) -> None:
        front.edition = edition
        taken.append(edition.standing.edition)

    def make(draft: Draft) -> Pool:
        pools.append(StillPool(fails=draft.rules.digest == "bad"))
        return cast(Pool, pools[-1])

    reloader = Reloader(front, origin(folder), draft, lambda: Vault(None, b"k" * 32), put_in_force)
    made = Desk(reloader, folder, lambda: again(folder, reloader.draft), pools, taken)
    monkeypatch.setattr(reloading, "read_apart", made.read_apart)
    monkeypatch.setattr(reloading, "pool_of", make)
    monkeypatch.setattr(reloading, "GRACE_SECONDS", 0.0)
    await reloader.begin()
    yield made
    await reloader.close()
    log.close()


async def test_the_first_load_is_on_record(desk: Desk) -> None:
    (load,) = desk.loads()
    assert (load["trigger"], load["result"], load["edition"]) == ("start", "taken", desk.edition.standing.edition)
    assert set(load["digests"]) >= {"rules", "policy", "vendors", "wording", "waivers", "config"}
    assert "previous" not in load


async def test_a_start_tells_what_changed_since_the_last(desk: Desk) -> None:
    desk.write(POLICY.replace("block", "redact"))
    later = Reloader(desk.reloader.front, desk.reloader.origin, desk.read(), lambda: Vault(None, b"k"), lambda _: None)
    await later.begin()
    assert desk.loads()[-1]["changed"] == ["clause one changed"]
    assert desk.loads()[-1]["previous"] == desk.loads()[0]["edition"]


async def test_another_policy_is_taken_without_other_workers(desk: Desk) -> None:
    before = desk.edition
    desk.write(POLICY.replace("block", "redact"))
    outcome = await desk.reload()
    assert (outcome.result, outcome.changed) == (Result.TAKEN, ("clause one changed",))
    assert desk.taken == [outcome.edition] == [desk.edition.standing.edition]
    assert desk.edition.pool is before.pool
    assert desk.edition.number == before.number + 1
    load = desk.loads()[-1]
    assert load["actors"] == ["ann"]
    assert load["files"] == ["/etc/policy.yaml"]
    assert load["previous"] == before.standing.edition
    assert load["digests_before"]["policy"] == before.standing.policy_digest
    assert load["digests"]["policy"] == desk.edition.standing.policy_digest
    kept = read_last(desk.reloader.draft.config.state_dir / LAST_FILE)
    assert kept is not None
    assert kept.edition == desk.edition.standing.edition


async def test_other_rules_get_workers_of_their_own_and_the_old_ones_end(desk: Desk) -> None:
    desk.read = lambda: replace(desk.reloader.draft, rules=Sealed("other", b""))
    assert (await desk.reload()).result is Result.TAKEN
    await asyncio.sleep(0.01)
    assert desk.edition.pool is cast(Pool, desk.pools[1])
    assert desk.pools[0].events == ["end", "stop"]
    assert desk.pools[1].events == ["start"]


async def test_another_model_under_the_same_name_gets_workers_and_the_same_gets_none(desk: Desk) -> None:
    def with_names(digest: str) -> Draft:
        draft = desk.reloader.draft
        return replace(draft, settings=replace(draft.settings, names_digest=digest))

    desk.read = lambda: with_names("other")
    assert (await desk.reload()).result is Result.TAKEN
    assert desk.edition.pool is cast(Pool, desk.pools[1])
    assert desk.loads()[-1]["digests"]["names"] == "other"
    assert (await desk.reload()).result is Result.UNCHANGED
    assert len(desk.pools) == 2


async def test_old_workers_that_linger_are_sent_away_by_the_next_rules(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reloading, "GRACE_SECONDS", 60.0)
    for digest in ("second", "third"):
        desk.read = lambda digest=digest: replace(desk.reloader.draft, rules=Sealed(digest, b""))  # type: ignore[misc]
        assert (await desk.reload()).result is Result.TAKEN
    assert desk.pools[0].events == ["end", "stop"]
    assert desk.pools[1].events == ["start"]


async def test_rules_that_no_worker_starts_with_are_refused(desk: Desk) -> None:
    before = desk.edition
    desk.read = lambda: replace(desk.reloader.draft, rules=Sealed("bad", b""))
    outcome = await desk.reload()
    assert outcome.result is Result.REFUSED
    assert desk.edition is before
    assert "did not start" in outcome.problems


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (Refused("/etc/policy.yaml:6: clause one: found 'a secret word'"), "/etc/policy.yaml:6"),
        (RuntimeError("a secret word"), ""),
    ],
)
async def test_what_is_refused_changes_nothing_and_quotes_nothing(desk: Desk, fault: Exception, told: str) -> None:
    def refuse() -> Draft:
        raise fault

    before, draft, desk.read = desk.edition, desk.reloader.draft, refuse
    outcome = await desk.reload()
    assert outcome.result is Result.REFUSED
    assert (desk.edition, desk.reloader.draft) == (before, draft)
    load = desk.loads()[-1]
    assert (load["result"], load["edition"]) == ("refused", before.standing.edition)
    assert load["problems"] == ([told] if told else [])
    assert "secret" not in str(load) + repr(outcome)
    assert value("tightlip_config_last_reload_successful") == 0
    desk.read = lambda: again(desk.folder, desk.reloader.draft)
    assert (await desk.reload()).result is Result.UNCHANGED
    assert value("tightlip_config_last_reload_successful") == 1


async def test_what_can_not_be_put_on_record_is_not_taken_but_later(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = desk.edition
    monkeypatch.setattr(reloading, "LOOK_SECONDS", 0.01)
    with monkeypatch.context() as broken:
        broken.setattr(Front, "put_on_record", _unavailable)
        desk.write(POLICY.replace("block", "redact"))
        assert (await desk.reload()).result is Result.REFUSED
    assert desk.edition is before
    desk.reloader.begin_following()
    async with asyncio.timeout(10):
        while desk.edition is before:
            await asyncio.sleep(0.01)
    assert desk.loads()[-1]["changed"] == ["clause one changed"]


async def _unavailable(*_: object) -> None:
    raise AuditUnavailable("disk_full")


async def test_reloads_asked_for_meanwhile_are_one(desk: Desk) -> None:
    desk.write(POLICY.replace("block", "redact"))
    first = asyncio.create_task(desk.reload())
    await asyncio.sleep(0.005)
    others = [asyncio.create_task(desk.reload(Cause(Trigger.COMMAND, (name,)))) for name in ("ann", "bob", "ann")]
    assert (await first).result is Result.TAKEN
    assert {(await other).result for other in others} == {Result.UNCHANGED}
    assert desk.reads == 2
    load = desk.loads()[-1]
    assert (load["trigger"], load["result"], load["actors"]) == ("command", "unchanged", ["ann", "bob"])


async def test_whoever_gives_up_waiting_stops_nothing(desk: Desk) -> None:
    desk.write(POLICY.replace("block", "redact"))
    waiting, other = (asyncio.create_task(desk.reload()) for _ in range(2))
    await asyncio.sleep(0)
    waiting.cancel()
    assert (await other).result is Result.TAKEN


async def test_pseudonyms_get_their_vault_when_a_policy_first_gives_them(desk: Desk) -> None:
    for action, has_vault in (("pseudonymise", True), ("redact", False), ("pseudonymise", True)):
        desk.write(POLICY.replace("block", action))
        assert (await desk.reload()).result is Result.TAKEN
        assert (desk.edition.vault is not None) is has_vault
    assert desk.edition.vault is desk.reloader.vault


async def test_a_vault_that_can_not_be_opened_refuses_the_policy(desk: Desk) -> None:
    def fail() -> Vault:
        raise ConfigError("vault.key_command: expected 32 bytes")

    before, desk.reloader.open_vault = desk.edition, fail
    desk.write(POLICY.replace("block", "pseudonymise"))
    outcome = await desk.reload()
    assert (outcome.result, outcome.problems) == (Result.REFUSED, "vault.key_command: expected 32 bytes")
    assert desk.edition is before
    assert desk.loads()[-1]["problems"] == ["vault.key_command"]


async def test_a_key_that_needs_a_restart_is_told(desk: Desk) -> None:
    file = desk.folder / "tightlip.yaml"
    file.write_text(file.read_text() + "workers: 9\nother_hosts: refuse\n")
    outcome = await desk.reload()
    assert (outcome.result, outcome.needs_restart) == (Result.TAKEN, ("workers",))
    assert outcome.changed == ("configuration key other_hosts changed",)
    assert not desk.edition.gate.tunnel_others
    assert desk.loads()[-1]["needs_restart"] == ["workers"]


async def test_files_are_followed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reloading, "LOOK_SECONDS", 0.02)
    desk.reloader.begin_following()
    for action in ("redact", "nonsense", "log"):
        before = len(desk.loads())
        desk.write(POLICY.replace("block", action))
        async with asyncio.timeout(10):
            while len(desk.loads()) == before:
                await asyncio.sleep(0.01)
        load = desk.loads()[-1]
        assert load["trigger"] == "file"
        assert load["result"] == ("refused" if action == "nonsense" else "taken")
        assert load["files"] == [str(desk.folder / "policy.yaml")]
        assert load["actors"]


async def test_closing_in_the_middle_leaves_no_worker(desk: Desk) -> None:
    started = asyncio.Event()

    async def hang(self: StillPool, at_once: int | None = None) -> None:
        self.events.append("start")
        started.set()
        await asyncio.sleep(60)

    desk.read = lambda: replace(desk.reloader.draft, rules=Sealed("other", b""))
    with pytest.MonkeyPatch.context() as slow:
        slow.setattr(StillPool, "start", hang)
        waiting = asyncio.create_task(desk.reload())
        await started.wait()
        await desk.reloader.close()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert desk.pools[0].events == ["stop"]
