"""What requests are judged by, beside the rules: one whole that is swapped as one.

Policy, vendors and whatever else decides about a finding once it is found. Immutable; made by the front process,
checked as a whole, and the same in every worker for the whole of a request.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from detectors.ruleset import Findable
from proxy.classification import NO_CLASSIFICATION, Classification, load_classification
from proxy.client import TOOLS, Client, client_of
from proxy.evidence import Evidence
from proxy.origin import header_evidence
from proxy.policy import Code, Context, Destination, Policy, Who, load_policy
from proxy.policy.vocabulary import Vocabulary, rule_facts
from proxy.task import Settings
from proxy.vendor import Catalogue, Vendor, load_catalogue
from proxy.verdict import Request
from proxy.waiver import NOTHING_STANDING, StandingWaivers
from proxy.waiver.load import Names, WaiverFiles, load_waivers
from proxy.wording import Wording, english, load_wording


@dataclass(frozen=True)  # no slots: the digests are worked out once
class Charter:
    policy: Policy
    catalogue: Catalogue
    wording: Wording = field(default_factory=english)
    waivers: StandingWaivers = NOTHING_STANDING
    classification: Classification = NO_CLASSIFICATION

    @cached_property
    def digests(self) -> Mapping[str, str]:
        """SHA-256 of each part, by its name in records."""
        return {
            "policy": self.policy.digest,
            "vendors": self.catalogue.digest,
            "wording": self.wording.digest,
            "waivers": self.waivers.digest,
            "classification": self.classification.digest,
        }

    @cached_property
    def digest(self) -> str:
        """SHA-256 over all parts."""
        return hashlib.sha256(
            "\n".join(f"{name} {digest}" for name, digest in self.digests.items()).encode()
        ).hexdigest()

    @cached_property
    def reads_code(self) -> bool:
        """Whether anything asks which code a request is about."""
        return bool(self.classification) or self._names_code

    @cached_property
    def _names_code(self) -> bool:
        """Whether anything asks for repositories and paths themselves, beside their classes."""
        return self.policy.asks_about_code or self.waivers.asks_about_code

    def context(self, request: Request, vendor: Vendor | None, evidence: Sequence[Evidence] = ()) -> Context:
        """The circumstances of a request to a host of `vendor`, now. `evidence` is what its body shows of code."""
        client, now = client_of(request.header(b"user-agent") or ""), datetime.now(UTC)
        to = Destination(host=request.host)
        if vendor is not None:
            to = vendor.destination(request.host, now, client.tool, client.version)
        return Context(_who(request, client, now), to, self.code(request, evidence), now)

    def code(self, request: Request, evidence: Sequence[Evidence]) -> Code:
        """Which code a request is about, by its body and by its headers."""
        if not self.reads_code:
            return Code()
        pieces = (*evidence, header_evidence(request.hints, self.classification.headers))
        return Code(
            self.classification.classes(pieces),
            frozenset[str]().union(*(piece.repositories for piece in pieces)),
            frozenset[str]().union(*(piece.places for piece in pieces)) if self._names_code else frozenset(),
            not any(piece.is_cut for piece in pieces),
        )

    def alternatives(self, clause_id: str, host: str) -> tuple[str, ...]:
        """What may be used in place of the vendor of `host`, where a clause that asks about vendors stops a request.

        Empty for other clauses: code that goes to no AI goes to none of these either.
        """
        clauses = (*self.policy.requests, *self.policy.limits)
        clause = next((clause for clause in clauses if clause.id == clause_id), None)
        if clause is None or {"approval", "vendor"}.isdisjoint(clause.when.given):
            return ()
        return self.catalogue.alternatives(self.catalogue.vendor_for(host))


def _who(request: Request, client: Client, now: datetime) -> Who:
    profile = request.profile
    return Who(
        user=request.user,
        groups=profile.groups,
        roles=profile.roles,
        training=profile.trained(now),
        address=profile.address,
        client=client.tool,
        client_version=client.version,
    )


def vocabulary(
    rules: Iterable[Findable] | None, catalogue: Catalogue, classification: Classification = NO_CLASSIFICATION
) -> Vocabulary:
    """What a policy may name: what is loaded with it. `rules` is None where they are not known."""
    return Vocabulary(
        rules=None if rules is None else rule_facts(rules),
        vendors=frozenset(vendor.id for vendor in catalogue.vendors),
        classes=classification.schemes,
        clients=TOOLS,
    )


def load_charter(settings: Settings, rules: Iterable[Findable] | None = None) -> Charter:
    """The charter that files describe; `rules` are those that it is to go with, if they are known.

    Raises PolicyError, CatalogueError or ConfigError, with file and line.
    """
    catalogue = load_catalogue(settings.vendors, settings.hosts, settings.registry, settings.cache_dir)
    classification = load_classification(settings.classification)
    known = list(rules) if rules is not None else None
    policy = load_policy(settings.policy, settings.policies, vocabulary(known, catalogue, classification))
    files = WaiverFiles(settings.exceptions, settings.allow)
    names = Names(None if known is None else {rule.id for rule in known}, {vendor.id for vendor in catalogue.vendors})
    waivers = load_waivers(files, settings.key, policy.exceptions, datetime.now(UTC), names)
    return Charter(policy, catalogue, load_wording(settings.language), waivers, classification)


def sources(settings: Settings) -> tuple[Path, ...]:
    """The files and folders that rules and charter are read from, whether they are there or not.

    Every path of the settings, that is, and what may be a name or a path; but neither what only caches something, nor a
    model of names, which is read by nobody but workers and may be as large as a disk.
    """
    followed = (getattr(settings, each.name) for each in fields(settings) if each.name not in ("cache_dir", "names"))
    return tuple(path for value in followed for path in _paths(value))


def _paths(value: object) -> Iterator[Path]:
    if isinstance(value, Path):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _paths(item)
    elif isinstance(value, str) and "/" in value:
        yield Path(value)
