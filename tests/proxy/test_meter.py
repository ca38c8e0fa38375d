"""What metrics tell of an edition and of exceptions."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from proxy import meter, metrics
from proxy.charter import Charter
from proxy.config import Config
from proxy.identity import Authenticator
from proxy.key import installation_key
from proxy.setting import vendor_folders
from proxy.userfile import add_user
from proxy.vendor import load_catalogue
from proxy.waiver.exception import PolicyException, asked_for
from proxy.waiver.scope import Scope
from proxy.waiver.store import Exceptions, exceptions_file, seal_key, write_exceptions
from tests.proxy.inspecting import Desk, charter_of
from tests.proxy.test_metrics import live, page, value, verdict
from tests.proxy.waiver.contexts import REASON, TERMS

__all__ = ["live"]

REGISTRY = """\
vendors:
  openai:
    agreements:
      dpa: {status: signed, until: 2031-03-31}
      baa: {status: none, until: 2031-03-31}
      zdr: {status: signed}
"""
EXPIRY = "tightlip_agreement_expiry_timestamp_seconds"
NOW = datetime.now(UTC)


@pytest.fixture
def charter(tmp_path: Path) -> Charter:
    (tmp_path / "registry.yaml").write_text(REGISTRY)
    registered = load_catalogue(vendor_folders(), registry=tmp_path / "registry.yaml")
    return replace(charter_of("strict"), catalogue=registered)


def test_an_edition_tells_when_what_it_stands_on_ends(charter: Charter) -> None:
    expires = datetime(2030, 1, 1, tzinfo=UTC)
    edition = replace(Desk(None).edition, charter=charter, expires=expires)
    meter.taken(edition)
    assert value("tightlip_bundle_expiry_timestamp_seconds") == expires.timestamp()
    assert value(EXPIRY, vendor="openai", agreement="dpa") == datetime(2031, 4, 1, tzinfo=UTC).timestamp()
    told = [line for line in page().splitlines() if line.startswith(EXPIRY) and 'vendor="openai"' in line]
    assert len(told) == 1
    meter.taken(Desk(None).edition)
    assert f'{EXPIRY}{{agreement="dpa",vendor="openai"}}' not in page()
    assert "\ntightlip_bundle_expiry_timestamp_seconds " not in page()


def excepted(key: bytes, id: str, until: datetime, since: datetime, *steps: str) -> PolicyException:
    one = asked_for(id, Scope(vendor=("openai",)), REASON, until).requested("ada", since, f"ch-{id}", TERMS, key)
    if "approve" in steps:
        one = one.approved("bob", since, f"ch-{id}-2", key)
    if "revoke" in steps:
        one = one.revoked("bob", since, f"ch-{id}-3", key)
    return one


def test_exceptions_are_counted_by_their_state(tmp_path: Path) -> None:
    key = installation_key(tmp_path)
    census = meter.Census(tmp_path, key)
    assert census.count() == {"requested": 0, "in_force": 0, "expired": 0}
    soon, lately, long_ago = NOW + timedelta(days=3), NOW - timedelta(days=6), NOW - timedelta(days=8)
    before = NOW - timedelta(days=30)
    some = (
        excepted(seal_key(key), "ex-1", soon, NOW),
        excepted(seal_key(key), "ex-2", soon, NOW, "approve"),
        excepted(seal_key(key), "ex-3", soon, NOW, "approve"),
        excepted(seal_key(key), "ex-4", soon, NOW, "approve", "revoke"),
        excepted(seal_key(key), "ex-5", lately, before, "approve"),
        excepted(seal_key(key), "ex-6", long_ago, before, "approve"),
    )
    write_exceptions(tmp_path, Exceptions(some))
    assert census.count() == {"requested": 1, "in_force": 2, "expired": 1}


def test_a_file_that_was_damaged_leaves_the_count_as_it_was(tmp_path: Path) -> None:
    key = installation_key(tmp_path)
    census = meter.Census(tmp_path, key)
    write_exceptions(tmp_path, Exceptions((excepted(seal_key(key), "ex-1", NOW + timedelta(days=3), NOW),)))
    assert census.count()["requested"] == 1
    exceptions_file(tmp_path).write_text("nonsense")
    assert census.count()["requested"] == 1
    exceptions_file(tmp_path).unlink()
    assert census.count()["requested"] == 0


def test_every_group_has_a_count_before_anybody_asks(tmp_path: Path) -> None:
    add_user(tmp_path / "users.yaml", "ada", "correct " + "horse battery", ["silent-group"])
    meter.accepting(Config(state_dir=tmp_path), Authenticator(tmp_path / "users.yaml"))
    assert 'tightlip_group_requests_total{group="silent-group"} 0.0' in page()


def test_users_are_told_as_the_operator_wishes(tmp_path: Path) -> None:
    def count(**keys: object) -> list[str]:
        meter.judging(Config(state_dir=tmp_path, **keys))
        before = set(page().splitlines())
        metrics.record_decision(verdict(), 1, user="zoe@example.com", groups=("payments",))
        return [line for line in set(page().splitlines()) - before if line.startswith("tightlip_user_requests")]

    assert count() == []
    assert count(metrics_users="named") == [
        'tightlip_user_requests_total{decision="redact",user="zoe@example.com"} 1.0'
    ]
    (hashed,) = count(metrics_users="hashed")
    assert "zoe" not in hashed
    assert value("tightlip_group_requests_total", group="payments") == 3
    assert count() == []
