"""What must be true after all of it: of what the vendor got, of what is on record, and of what the clients saw."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator

from proxy.auditsegment import segments, survey
from tests.chaos.traffic import Traffic
from tests.e2e.lab import Tightlip
from tests.fakevendor import FakeVendor

_NUMBER = re.compile(rb"request-\d+-")


def problems(tightlip: Tightlip, vendor: FakeVendor, traffic: Traffic) -> list[str]:
    """Everything that is not as it must be, once the proxy has ended; no value is in it."""
    return [*_leaks(vendor, traffic), *_gaps(tightlip, vendor), *_hangs(traffic), *_chain(tightlip)]


def _leaks(vendor: FakeVendor, traffic: Traffic) -> Iterator[str]:
    for received in vendor.prompts:
        found = _NUMBER.search(received.body)
        if found is None:
            yield "the vendor got a request that no client sent"
        elif traffic.secrets[found[0].decode()].encode() in received.body:
            yield f"the vendor got what {found[0].decode()} held"


def _gaps(tightlip: Tightlip, vendor: FakeVendor) -> Iterator[str]:
    decided: Counter[str] = Counter()
    sent: set[str] = set()
    ended: Counter[str] = Counter()
    for record in tightlip.audit():
        if record["type"] == "decision":
            decided[record["request"]] += 1
            sent.add(record.get("forwarded_sha256") or "")
        elif record["type"] == "outcome":
            ended[record["request"]] += 1
    for received in vendor.prompts:
        if hashlib.sha256(received.body).hexdigest() not in sent:
            yield "the vendor got a request that is not on record"
    for request in decided.keys() | ended.keys():
        if (decided[request], ended[request]) != (1, 1):
            yield f"{request}: {decided[request]} decisions, {ended[request]} outcomes on record"


def _hangs(traffic: Traffic) -> Iterator[str]:
    if traffic.hung:
        yield f"{traffic.hung} clients waited in vain"


def _chain(tightlip: Tightlip) -> Iterator[str]:
    """A kill or a full disk may tear the last line of a segment, and no other."""
    for segment in segments(tightlip.state / "audit"):
        if damaged := survey(segment).damaged_lines:
            yield f"{segment.name}: {damaged} damaged lines"
