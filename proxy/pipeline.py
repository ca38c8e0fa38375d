"""The core: one request in, one verdict out. No network, no clock but a stopwatch and what dates answers, no state but
caches.

target, headers, body -> segments -> findings -> actions -> the bytes to send, or the answer to give
"""

import time
from collections.abc import Iterable
from dataclasses import replace

from detectors import Engine, RuleSet
from detectors.names.finder import make_finder
from detectors.names.named import Allowance
from detectors.own.owned import load_own
from proxy import body, document
from proxy.aside import Asides, read_asides
from proxy.binary.coding import decode_body
from proxy.binary.doubt import settled
from proxy.body import BINARY_KINDS, Kind
from proxy.charter import Charter
from proxy.digest import Digests
from proxy.formats import Format
from proxy.head import head_segments
from proxy.history import History, read_history
from proxy.inspection import Content, Inspection
from proxy.jsontext import leaves
from proxy.policy import Policy
from proxy.policy.waiver import Waivers
from proxy.pseudonym.pseudonymiser import NOTHING_KNOWN, Known, Pseudonymiser
from proxy.reason import RequestError
from proxy.scanner import Hit, Reading, Scanner
from proxy.task import Ready, Settings
from proxy.told import NOTHING_TOLD, Told
from proxy.vendor import Vendor
from proxy.verdict import Request, Stats, Verdict
from proxy.waiver.value import Sample


class Inspector:
    """Everything that finding depends on besides the request; what finds are judged by comes with each request.

    Nothing that is kept from one request to the next depends on a charter. One per process; not thread-safe.
    """

    def __init__(self, settings: Settings, engine: Engine) -> None:
        self.limits = settings.limits
        self.resigns = settings.resigns
        self.key = settings.key[:64]
        self._engine = engine
        self._names_seconds = settings.names_seconds
        self._scanner = Scanner(engine, settings.key, settings.limits)
        self.sha256 = Digests().sha256

    def warm(self) -> None:
        """Loads what is loaded lazily, so that the first request doesn't pay for it."""
        self._engine.warm()

    def ready(self) -> Ready:
        return Ready(self._engine.ruleset.digest)

    def inspect(
        self, request: Request, charter: Charter, told: Told = NOTHING_TOLD, known: Known = NOTHING_KNOWN
    ) -> Verdict:
        """The verdict for one request by what `charter` says.

        `told` is what its user has been told of this conversation before, `known` which pseudonyms he has been given.
        """
        started = time.perf_counter()
        allowance = self._scanner.allowance = Allowance(self._names_seconds, time.process_time)
        tally = self._scanner.tally
        before = (tally.hits, tally.misses)
        inspection = Inspection(self, charter, request, told, known)
        verdict = inspection.verdict()
        stats = Stats(
            tally.hits - before[0],
            tally.misses - before[1],
            len(inspection.content.data),
            time.perf_counter() - started,
            allowance.used,
            allowance.unread,
        )
        digests = (self._engine.ruleset.digest, charter.digest)
        return replace(verdict, rules_digest=digests[0], charter_digest=digests[1], stats=stats)

    def read_body(self, request: Request, fmt: Format, *, origins: bool = False) -> Content:
        """A request's body, scanned; with `origins`, also for which code it is about."""
        try:
            data = decode_body(request, self.limits)
            kind = body.sniff(request.header(b"content-type"), data)
        except RequestError as err:
            return Content(reading=Reading(incomplete=(err.reason,)))
        return Content(data, kind, self.read(data, kind, fmt, request, origins=origins))

    def read(self, data: bytes, kind: Kind, fmt: Format, request: Request, *, origins: bool = False) -> Reading:
        """Scans a decoded body of the given kind."""
        if kind is Kind.JSON:
            return self._scanner.read_json(data, fmt, origins=origins)
        content_type = request.header(b"content-type")
        segments = document.segments(data, kind, fmt.label, content_type=content_type, limits=self.limits)
        reading = self._scanner.read_segments(fmt.refine_each(segments), origins=origins)
        return replace(reading, hits=settled(reading.hits)) if kind in BINARY_KINDS else reading

    def read_head(self, request: Request, vendor: Vendor | None) -> Reading:
        return self._scanner.read_segments(head_segments(request, vendor))

    def close_names(self) -> None:
        """Looks for no more names in this request.

        What was cut is read again for values that its ends might make together. Of a name's neighbours a model would
        now think otherwise than before, and cut more each time.
        """
        self._scanner.allowance = Allowance(0, time.process_time)

    def history(self, content: Content, fmt: Format) -> History | None:
        """The conversation in a body, or None when it is no JSON that can be read: then nothing in it is history."""
        if content.kind is not Kind.JSON:
            return None
        try:
            found = list(leaves(content.data, max_depth=self.limits.depth))
        except RequestError:
            return None
        return read_history(fmt, found, self.key)

    def pseudonymiser(self, policy: Policy, known: Known, content: Content) -> Pseudonymiser | None:
        """What gives the pseudonyms of one request, if the policy wants any or any were given before."""
        if not (policy.pseudonymises or known.values):
            return None
        return Pseudonymiser(self.key, known, content.data)

    def asides(self, content: Content, fmt: Format, history: History) -> Asides:
        """What Tightlip and its user say to each other in a body whose conversation was read."""
        return read_asides(content.data, fmt, self.limits, history, self.key)

    def waivers(self, charter: Charter, hits: Iterable[Hit]) -> Waivers:
        """What may let findings of one request pass; entries for values are compared here, where the values are."""
        samples = (Sample(segment.text, finding) for segment, findings in hits for finding in findings)
        return charter.waivers.knowing(samples, self.key)


def build(settings: Settings, rules: RuleSet) -> Inspector:
    """An inspector that finds by `rules`. Raises RuleError, with file and line, when one of them can't be run."""
    names = make_finder(settings.names, rules.names)
    own = load_own(rules.own, settings.own_key)
    return Inspector(settings, Engine(rules, settings.key, cache_dir=settings.cache_dir, names=names, own=own))
