"""Which waiver a finding or a request gets: the same as looking at each of them in turn would find."""

import pickle
from collections.abc import Sequence
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from detectors import Finding, fingerprint
from proxy.policy import Action, Context
from proxy.waiver.scope import Scope
from proxy.waiver.standing import NOTHING_STANDING, StandingWaivers, Waiver
from proxy.waiver.value import Sample
from tests.proxy.waiver.contexts import KEY, NOW, context, contexts, finding, findings, scopes

END = NOW + timedelta(days=30)
WAIVERS = st.lists(scopes(), max_size=12).map(
    lambda found: [Waiver(f"w-{number}", scope, END) for number, scope in enumerate(found)]
)


def one_by_one(waivers: Sequence[Waiver], found: Finding, circumstances: Context) -> str | None:
    fitting = (
        one.id
        for one in waivers
        if one.scope.names(found) and one.scope.covers(circumstances) and circumstances.now < one.until
    )
    return next(fitting, None)


@given(WAIVERS, findings(), contexts())
def test_the_index_finds_what_looking_at_each_finds(
    waivers: list[Waiver], found: Finding, circumstances: Context
) -> None:
    assert StandingWaivers(waivers).allowed(found, circumstances) == one_by_one(waivers, found, circumstances)


@given(WAIVERS, findings(), contexts())
def test_an_exception_is_for_findings_or_for_requests_never_both(
    waivers: list[Waiver], found: Finding, circumstances: Context
) -> None:
    standing = StandingWaivers(excepted=waivers)
    about_data = [one for one in waivers if one.scope.is_about_data]
    expected = one_by_one(about_data, found, circumstances)
    assert standing.excepted(found, circumstances) == ((expected, Action.LOG) if expected else None)
    whole = standing.excepted(None, circumstances)
    assert whole is None or not next(one for one in waivers if one.id == whole[0]).scope.is_about_data


@given(WAIVERS, findings(), contexts())
def test_a_pickled_one_says_the_same(waivers: list[Waiver], found: Finding, circumstances: Context) -> None:
    standing = StandingWaivers(waivers, waivers)
    again = pickle.loads(pickle.dumps(standing))
    assert again.allowed(found, circumstances) == standing.allowed(found, circumstances)
    assert again.excepted(None, circumstances) == standing.excepted(None, circumstances)


def test_it_ends_by_the_minute() -> None:
    standing = StandingWaivers([Waiver("a", Scope(rule=("us-ssn",)), END)])
    assert standing.allowed(finding(), context(now=END - timedelta(microseconds=1))) == "a"
    assert standing.allowed(finding(), context(now=END)) is None


def test_nothing_standing_waives_nothing() -> None:
    assert NOTHING_STANDING.allowed(finding(), context()) is None
    assert NOTHING_STANDING.excepted(None, context()) is None


VALUED = StandingWaivers([Waiver("sample", Scope(rule=("us-ssn",)), END, (r"ACME-\d{4}",))])


def sample(value: str, *, before: str = "number ", view: tuple[str, ...] = ()) -> Sample:
    start = len(before)
    mark = fingerprint(KEY, value)
    return Sample(f"{before}{value} end", finding(start=start, end=start + len(value), fingerprint=mark, view=view))


def allowed(*samples: Sample) -> list[str | None]:
    knowing = VALUED.knowing(samples, KEY)
    return [knowing.allowed(one.finding, context()) for one in samples]


def test_a_value_is_allowed_only_when_it_matches_in_full() -> None:
    assert allowed(sample("ACME-1234"), sample("ACME-12345"), sample("xACME-1234")) == ["sample", None, None]


def test_without_its_text_no_value_is_allowed() -> None:
    assert VALUED.allowed(sample("ACME-1234").finding, context()) is None


def test_what_was_found_under_an_encoding_is_not_what_stands_there() -> None:
    assert allowed(sample("ACME-1234", view=("base64",))) == [None]


def test_text_that_is_not_what_was_found_is_no_match() -> None:
    """A value across two strings: its half in this one matches, the value does not."""
    half = sample("ACME-1234")
    assert allowed(half._replace(finding=finding(start=7, end=16, fingerprint="00" * 16))) == [None]


def test_a_value_must_match_wherever_it_stands() -> None:
    """Digits grouped otherwise are the same value, with the same fingerprint."""
    standing = StandingWaivers([Waiver("plain", Scope(rule=("us-ssn",)), END, (r"\d{9}",))])
    samples = (sample("407559312"), sample("407 559 312"))
    assert samples[0].finding.fingerprint == samples[1].finding.fingerprint
    assert standing.knowing(samples[:1], KEY).allowed(samples[0].finding, context()) == "plain"
    assert standing.knowing(samples, KEY).allowed(samples[0].finding, context()) is None


def test_no_value_shows_in_a_repr() -> None:
    assert "ACME" not in repr(VALUED.knowing([sample("ACME-1234")], KEY))
