"""What requests are judged by, beside the rules: one whole that is swapped as one.

Policy, vendors and whatever else decides about a finding once it is found. Immutable; made by the front process,
checked as a whole, and the same in every worker for the whole of a request.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from proxy.client import client_of
from proxy.policy import Context, Destination, Policy, Who, load_policy
from proxy.task import Settings
from proxy.vendor import Catalogue, Vendor, load_catalogue
from proxy.verdict import Request


@dataclass(frozen=True, slots=True)
class Charter:
    policy: Policy
    catalogue: Catalogue

    def context(self, request: Request, vendor: Vendor | None) -> Context:
        """The circumstances of a request to a host of `vendor`, now."""
        client = client_of(request.header(b"user-agent") or "")
        return Context(
            who=Who(user=request.user, client=client.tool, client_version=client.version),
            destination=Destination(vendor.id if vendor else "other", request.host),
            now=datetime.now(UTC),
        )


def load_charter(settings: Settings) -> Charter:
    """The charter that files describe. Raises PolicyError or CatalogueError, with file and line."""
    return Charter(
        load_policy(settings.policy, settings.policies),
        load_catalogue(settings.vendors, settings.hosts),
    )
