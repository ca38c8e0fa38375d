"""What a person reads when a request was stopped: what it holds, where, and what to do now. Never the value.

Pure; the words are data, in `rules/messages/`. Names of fields, headers and files are left out as well: a client
chooses them and they may hold the value. Clients show these texts raw, cut or inside JSON: each is a short paragraph.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from proxy.formats import Format
from proxy.justification import Offer
from proxy.segment import Label
from proxy.wording import Wording, english

MAX_PLACES: Final = 5
MAX_APPROVED: Final = 8


@dataclass(frozen=True, slots=True)
class Place:
    """One finding for the reader: its entity type and where it stands, as `place` words it."""

    entity: str
    where: str


def place(fmt: Format, pointer: str, label: Label, text: str, start: int, part: str, wording: Wording) -> str:
    """Where the code point `start` of a segment's `text` stands, in the reader's terms, all counted from 1.

    Such as "message 3, tool result, line 14". The line is the segment's own, and told only if it has several.
    `part` is the name of the part of a file that the segment is, if it is one: "attachment, file 2, page 3".
    """
    words = standing(fmt, pointer, label, part, wording)
    if "\n" in text:
        words.append(wording.say("text.line", number=text.count("\n", 0, start) + 1))
    return wording.say("text.comma").join(words)


def standing(fmt: Format, pointer: str, label: Label, part: str, wording: Wording) -> list[str]:
    """The words for the place of a whole segment."""
    named = (_message(fmt, pointer, wording), wording.find(f"label.{label.value}"), *_part(part, wording))
    return [word for word in named if word] or [wording.say("text.anywhere")]


def block_message(
    places: Sequence[Place],
    reference: str,
    policy: str,
    wording: Wording,
    *,
    messages: Iterable[str] = (),
    offer: Offer | None = None,
) -> str:
    """The text for a request that the policy of that id blocks for what it holds.

    `messages` are those of the clauses that block it, `offer` a way to send it all the same.
    """
    text = wording.say("text.block", places=_list(places, wording), reference=reference, policy=policy)
    return " ".join([text, *_each_once(messages), *_way_out(offer, wording)])


def policy_message(
    said: str,
    reference: str,
    policy: str,
    wording: Wording,
    *,
    offer: Offer | None = None,
    approved: Sequence[str] = (),
) -> str:
    """The text for a request that a clause of the policy stops whatever it holds; `said` is that clause's message.

    `approved` names what may be used instead, for a request to a vendor that is not approved.
    """
    instead = _instead(approved, wording)
    if said:
        text = wording.say("text.policy", message=" ".join([said, *instead]), reference=reference, policy=policy)
    else:
        text = " ".join([refusal_message("policy", reference, wording), *instead])
    return " ".join([text, *_way_out(offer, wording)])


def _instead(approved: Sequence[str], wording: Wording) -> list[str]:
    if not approved:
        return []
    named = list(approved[:MAX_APPROVED])
    more = [wording.say("text.more", count=len(approved) - len(named))] if len(approved) > len(named) else []
    return [wording.say("text.approved", approved=wording.say("text.comma").join([*named, *more]))]


def warning_message(places: Sequence[Place], messages: Iterable[str], reference: str, wording: Wording) -> str:
    """The text about a request that went through, for places that hold something and clauses that say something."""
    told = [wording.say("text.warn_places", places=_list(places, wording))] if places else []
    told += _each_once(messages)
    learn = wording.say("text.learn", reference=reference)
    return " ".join([*(told or [wording.say("text.warn_policy")]), learn])


def attachment_note(found: Iterable[tuple[str, str]]) -> str:
    """What stands in place of an attachment that held these entity types in these parts of it.

    The same for the same attachment in every turn: prompt caches and signatures are bound to the text before them. It
    is for the model, so it is English in every language.
    """
    words = english()
    places = (
        Place(entity, words.say("text.comma").join(_part(part, words)) or words.say("text.in_file"))
        for entity, part in found
    )
    return f"[attachment removed by Tightlip: it holds {_list(places, words)}]"


def refusal_message(reason: str, reference: str, wording: Wording) -> str:
    """The text for a request that was refused without a finding; `reason` is a code of `reason.py`."""
    what = wording.find(f"reason.{reason}") or wording.say("reason.unknown")
    then = wording.find(f"then.{reason}") or wording.say(f"then.{_THEN.get(reason, 'ask')}")
    return wording.say("text.refusal", reason=what, then=then, reference=reference, code=reason)


def _each_once(messages: Iterable[str]) -> list[str]:
    return [text for text in dict.fromkeys(messages) if text]


def _way_out(offer: Offer | None, wording: Wording) -> list[str]:
    if offer is None:
        return []
    return [wording.say("text.justify", code=offer.code) if offer.code else wording.say("text.no_room")]


def _message(fmt: Format, pointer: str, wording: Wording) -> str:
    """The turn that a pointer leads into, or "" outside of the conversation."""
    for path in fmt.conversations:
        root = "".join(f"/{name}" for name in path) + "/"
        index = pointer[len(root) :].partition("/")[0] if pointer.startswith(root) else ""
        if index.isdecimal():
            return wording.say("text.message", number=int(index) + 1)
    return ""


def _part(name: str, wording: Wording) -> list[str]:
    """The words for a part's name: `entry:2/page:3` is "file 2", "page 3"."""
    steps = (step.partition(":") for step in name.split("/"))
    worded = ((wording.find(f"part.{kind}") or kind, number) for kind, _, number in steps if kind not in _UNTOLD)
    return [wording.say("text.numbered", word=word, number=number) if number else word for word, number in worded]


def _list(places: Iterable[Place], wording: Wording) -> str:
    counted = Counter(places)
    shown = list(counted.items())[:MAX_PLACES]
    told = [_times(_told(place, wording), count, wording) for place, count in shown]
    more = counted.total() - sum(count for _, count in shown)
    return wording.say("text.next").join([*told, *([wording.say("text.more", count=more)] if more else [])])


def _told(place: Place, wording: Wording) -> str:
    return wording.say("text.places", entity=wording.entity(place.entity), where=place.where)


def _times(told: str, count: int, wording: Wording) -> str:
    return wording.say("text.times", count=count, place=told) if count > 1 else told


_UNTOLD: Final = frozenset({"", "attributes", "raw", "shown", "strings", "text"})
"""Steps of parts' names that say nothing to a reader."""

_THEN: Final = {
    "unsupported_encoding": "client",
    "corrupt_encoding": "client",
    "too_large": "fewer",
    "ratio": "client",
    "too_deep": "client",
    "duplicate_key": "client",
    "bad_json": "client",
    "bad_utf8": "plain",
    "bad_multipart": "client",
    "bad_frame": "client",
    "bad_protobuf": "client",
    "binary": "plain",
    "ambiguous_type": "client",
    "attachment": "plain",
    "decode_budget": "fewer",
    "names_budget": "again",
    "scan_timeout": "fewer",
    "worker_lost": "again",
    "busy": "again",
    "overloaded": "again",
    "host_mismatch": "client",
    "upgrade": "client",
    "body_unfinished": "client",
    "headers_too_large": "client",
    "method": "client",
    "trailers": "client",
    "upstream_failed": "again",
}
"""What to do after a refusal: a text of `then`. Not here are reasons with a text of their own, or to be asked about."""
