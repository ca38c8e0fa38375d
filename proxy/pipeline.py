"""The core: one request in, one verdict out. No network, no clock but a stopwatch and what dates answers, no state but
caches.

target, headers, body -> segments -> findings -> actions -> the bytes to send, or the answer to give
"""

import time
from dataclasses import replace

from detectors import Engine, RuleSet, load_rules
from detectors.names import NameFinder
from proxy import body, document
from proxy.binary.coding import decode_body
from proxy.binary.doubt import settled
from proxy.body import BINARY_KINDS, Kind
from proxy.charter import Charter, load_charter
from proxy.formats import Format
from proxy.head import head_segments
from proxy.history import History, read_history
from proxy.inspection import Content, Inspection
from proxy.jsontext import leaves
from proxy.policy import Policy
from proxy.pseudonym.pseudonymiser import NOTHING_KNOWN, Known, Pseudonymiser
from proxy.reason import RequestError
from proxy.replies.answer import Answers
from proxy.scanner import Reading, Scanner
from proxy.task import Ready, Settings
from proxy.told import NOTHING_TOLD, Told
from proxy.vendor import Vendor
from proxy.verdict import Request, Stats, Verdict
from proxy.wording import load_wording


class Inspector:
    """Everything a verdict depends on besides the request. One per process; not thread-safe."""

    def __init__(self, settings: Settings, engine: Engine, charter: Charter, rules: RuleSet) -> None:
        self.limits = settings.limits
        self.resigns = settings.resigns
        self.wording = load_wording(settings.language)
        self._key = settings.key[:64]
        self._engine = engine
        self._charter = charter
        self._rules = rules
        self._scanner = Scanner(engine, settings.key, settings.limits)

    def warm(self) -> None:
        """Loads what is loaded lazily, so that the first request doesn't pay for it."""
        self._engine.warm()

    def ready(self) -> Ready:
        return Ready(self._rules.digest, self._charter.policy.digest, self._charter.policy.pseudonymises)

    def inspect(self, request: Request, told: Told = NOTHING_TOLD, known: Known = NOTHING_KNOWN) -> Verdict:
        """The verdict for one request.

        `told` is what its user has been told of this conversation before, `known` which pseudonyms he has been given.
        """
        started = time.perf_counter()
        tally = self._scanner.tally
        before = (tally.hits, tally.misses)
        inspection = Inspection(self, self._charter, request, told, known)
        verdict = inspection.verdict()
        stats = Stats(
            tally.hits - before[0],
            tally.misses - before[1],
            len(inspection.content.data),
            time.perf_counter() - started,
        )
        return replace(verdict, stats=stats)

    def read_body(self, request: Request, fmt: Format) -> Content:
        try:
            data = decode_body(request, self.limits)
            kind = body.sniff(request.header(b"content-type"), data)
        except RequestError as err:
            return Content(reading=Reading(incomplete=(err.reason,)))
        return Content(data, kind, self.read(data, kind, fmt, request))

    def read(self, data: bytes, kind: Kind, fmt: Format, request: Request) -> Reading:
        """Scans a decoded body of the given kind."""
        if kind is Kind.JSON:
            return self._scanner.read_json(data, fmt)
        content_type = request.header(b"content-type")
        segments = document.segments(data, kind, fmt.label, content_type=content_type, limits=self.limits)
        reading = self._scanner.read_segments(fmt.refine_each(segments))
        return replace(reading, hits=settled(reading.hits)) if kind in BINARY_KINDS else reading

    def read_head(self, request: Request, vendor: Vendor | None) -> Reading:
        return self._scanner.read_segments(head_segments(request, vendor))

    def history(self, content: Content, fmt: Format) -> History | None:
        """The conversation in a body, or None when it is no JSON that can be read: then nothing in it is history."""
        if content.kind is not Kind.JSON:
            return None
        try:
            found = list(leaves(content.data, max_depth=self.limits.depth))
        except RequestError:
            return None
        return read_history(fmt, found, self._key)

    def pseudonymiser(self, policy: Policy, known: Known, content: Content) -> Pseudonymiser | None:
        """What gives the pseudonyms of one request, if the policy wants any or any were given before."""
        if not (policy.pseudonymises or known.values):
            return None
        return Pseudonymiser(self._key, known, content.data)

    def answers(self, policy: Policy) -> Answers:
        return Answers(policy.block_style, time.time())


def build(settings: Settings) -> Inspector:
    """An inspector from files. Raises RuleError, PolicyError, ConfigError or CatalogueError, with file and line."""
    rules = load_rules(settings.rules, cache_dir=settings.cache_dir)
    names = NameFinder(settings.names) if settings.names else None
    engine = Engine(rules, settings.key, cache_dir=settings.cache_dir, names=names)
    return Inspector(settings, engine, load_charter(settings), rules)
