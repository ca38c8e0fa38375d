"""`tightlip exception`: ask for, approve, revoke and look at exceptions. Each step is on record before it holds."""

import json
import secrets
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from proxy.auditrecord import Change, new_change_id
from proxy.bundle.force import in_force
from proxy.change import record
from proxy.cli.actor import Actor, identify, known_groups, known_users
from proxy.cli.logged import all_of
from proxy.config import Config
from proxy.configfile import ConfigError
from proxy.key import installation_key
from proxy.policy import load_policy
from proxy.policy.terms import ExceptionTerms
from proxy.registry import ends
from proxy.setting import catalogue_of, policy_folder, rules_of
from proxy.waiver.allowlist import parse_until
from proxy.waiver.exception import PolicyException, Refused, State, asked_for
from proxy.waiver.load import Names, mistakes, unknown_names
from proxy.waiver.scope import Scope
from proxy.waiver.store import changing, exceptions_file, read_exceptions, seal_key, write_exceptions

FINE, NOT_FINE = 0, 1
_LETTERS: Final = "23456789abcdefghjkmnpqrstuvwxyz"
_ID_CHARS: Final = 6

Acting = Callable[[PolicyException, Actor, datetime, str, bytes], PolicyException]
"""A step: the exception, who acts, when, the id of its record and the sealing key in; the exception with it out."""


def request(config: Config, scope: Scope, reason: str, until: str, actor_name: str | None) -> int:
    """Asks for an exception; someone else has to approve it."""
    problems = [*unknown_names(scope, _names(config)), *mistakes(scope)]
    if problems:
        raise ConfigError(*problems)
    try:
        end = ends(parse_until(until))
    except ValueError as err:
        raise ConfigError(f"--until: {err}, found {until}") from None
    actor, terms = identify(config, actor_name), _terms(config)
    new = asked_for(_new_id(config), scope, reason, end)
    made = _step(
        config, actor, new, lambda one, actor, now, change, key: one.requested(actor.name, now, change, terms, key)
    )
    print(f"{made.id} is pending until someone other than {made.requester} runs `tightlip exception approve {made.id}`")
    return FINE


def approve(config: Config, id: str, actor_name: str | None) -> int:
    terms = _terms(config)
    if terms.approver_role is not None and config.users is None:
        raise ConfigError("users: expected a users file, since the policy names a role that approvers must have")
    actor = identify(config, actor_name)
    actor.must_have(terms.approver_role, "approve exceptions")
    made = _step(config, actor, id, lambda one, actor, now, change, key: one.approved(actor.name, now, change, key))
    print(f"{made.id} holds until {_moment(made.until)}")
    return FINE


def revoke(config: Config, id: str, actor_name: str | None) -> int:
    actor = identify(config, actor_name)
    made = _step(config, actor, id, lambda one, actor, now, change, key: one.revoked(actor.name, now, change, key))
    print(f"{made.id} is revoked")
    return FINE


def show(config: Config, id: str, *, as_json: bool) -> int:
    one = next((one for one in _read(config) if one.id == id), None)
    if one is None:
        raise ConfigError(_unknown(config, id))
    now = datetime.now(UTC)
    if as_json:
        print(json.dumps(_plain(one, now), indent=2))
        return FINE
    print(f"{one.id}  {one.state(now)}, until {_moment(one.until)}")
    print(f"  for      {_scope(one)}")
    print(f"  reason   {one.reason}")
    for step in one.steps:
        print(f"  {step.kind:<8} {_moment(step.time)} by {step.actor}, on record as {step.change}")
    return FINE


def show_all(config: Config, *, ended: bool, as_json: bool) -> int:
    """Lists exceptions, those that have ended only where asked for."""
    now = datetime.now(UTC)
    found = [one for one in _read(config) if ended or one.state(now) in (State.PENDING, State.APPROVED)]
    if as_json:
        print(json.dumps([_plain(one, now) for one in found], indent=2))
        return FINE
    table = Table("exception", "state", "until", "for", "requester", "approver", "reason", box=None, pad_edge=False)
    for one in found:
        end = _moment(one.until)
        table.add_row(one.id, one.state(now), end, _scope(one), one.requester, one.approver or "", one.reason)
    Console(soft_wrap=not sys.stdout.isatty(), width=None if sys.stdout.isatty() else 400).print(table)
    return FINE


def check(config: Config) -> int:
    """Compares each step with its record in the audit log; the exit code says whether all are there as they are."""
    found, terms = _read(config), _terms(config)
    sealed = {str(one["change"]): one for one in all_of(config, "change")}
    key = seal_key(installation_key(config.state_dir))
    problems = [f"{one.id}: {what}" for one in found for what in (*one.problems(key, terms), *_unrecorded(one, sealed))]
    known = {one.id for one in found}
    problems += [
        f"{id}: expected it in {exceptions_file(config.state_dir)}, where it is on record as approved, found it missing"
        for id in sorted({str(one["subject"]) for one in sealed.values() if one["kind"] == "exception.approve"} - known)
    ]
    for problem in problems:
        print(problem)
    if problems:
        return NOT_FINE
    print(f"{len(found)} exceptions, each step as it is on record")
    return FINE


def _unrecorded(one: PolicyException, sealed: dict[str, Any]) -> Iterator[str]:
    for step in one.steps:
        record = sealed.get(step.change, {})
        told = (record.get("kind"), record.get("subject"), record.get("actor"), record.get("digest"))
        if told != (f"exception.{step.kind}", one.id, step.actor, step.seal):
            found = "another" if record else "none"
            yield f"{step.kind}: expected the record {step.change} of this step, found {found}"
    kinds = {f"exception.{step.kind}" for step in one.steps}
    for record in sealed.values():
        if record.get("subject") == one.id and record.get("kind") not in kinds:
            yield f"steps: expected {record['kind'].partition('.')[2]}, which is on record, found it missing"


def _step(config: Config, actor: Actor, which: PolicyException | str, act: Acting) -> PolicyException:
    """Takes one step: on record first, then in the file, which the running proxy follows."""
    state_dir, now, change = config.state_dir, datetime.now(UTC), new_change_id()
    with changing(state_dir) as exceptions:
        before = exceptions.find(which) if isinstance(which, str) else which
        if before is None:
            raise ConfigError(_unknown(config, str(which)))
        try:
            after = act(before, actor, now, change, seal_key(installation_key(state_dir)))
        except Refused as err:
            raise ConfigError(f"exception: {err}") from None
        step = after.steps[-1]
        record(
            state_dir,
            Change(
                change=change,
                time=now.timestamp(),
                actor=actor.name,
                kind=f"exception.{step.kind}",
                subject=after.id,
                summary=after.reason,
                digest=step.seal,
                detail={"scope": after.scope.given(), "until": after.until.isoformat()},
            ),
        )
        write_exceptions(state_dir, exceptions.with_one(after))
    return after


def _names(config: Config) -> Names:
    config = in_force(config).config
    rules = rules_of(config).findable
    vendors = {vendor.id for vendor in catalogue_of(config).vendors}
    entities = {rule.entity for rule in rules}
    return Names({rule.id for rule in rules}, vendors, known_groups(config), known_users(config), entities)


def _terms(config: Config) -> ExceptionTerms:
    return load_policy(in_force(config).config.policy, policy_folder()).exceptions


def _read(config: Config) -> tuple[PolicyException, ...]:
    return read_exceptions(exceptions_file(config.state_dir), installation_key(config.state_dir)).all


def _new_id(config: Config) -> str:
    taken = {one.id for one in _read(config)}
    while (id := "ex-" + "".join(secrets.choice(_LETTERS) for _ in range(_ID_CHARS))) in taken:
        pass
    return id


def _unknown(config: Config, id: str) -> str:
    return f"{exceptions_file(config.state_dir)}: expected an exception of that id, found no {id}"


def _plain(one: PolicyException, now: datetime) -> dict[str, Any]:
    return one.to_json() | {"state": one.state(now)}


def _scope(one: PolicyException) -> str:
    return "; ".join(f"{key} {', '.join(values)}" for key, values in one.scope.given().items())


def _moment(time: datetime) -> str:
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
