"""Which hosts vendors claim: two that claim the same, regions of hosts that nobody claims. Pure.

Each problem is told at the place of the vendor's stanza, `file:line`, which `where` has by its id.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from proxy.hostpattern import covers

if TYPE_CHECKING:
    from proxy.vendor import Vendor


def double_claims(vendors: Iterable["Vendor"], where: Mapping[str, str]) -> Iterator[str]:
    """Hosts that two vendors claim. A pattern is tried as a host by putting a letter for each star."""
    near: dict[str, list[tuple[str, Vendor]]] = {}  # by the last two labels, which hold no star
    for vendor in vendors:
        for pattern in vendor.patterns():
            claims = near.setdefault(".".join(pattern.split(".")[-2:]), [])
            for other, owner in claims:
                if owner.id != vendor.id and (covers(pattern, other) or covers(other, pattern)):
                    claim = f"{owner.id} as {other} ({where[owner.id]})"
                    yield f"{where[vendor.id]}: hosts: {pattern} is claimed by {claim}"
            claims.append((pattern, vendor))


def strangers(vendors: Iterable["Vendor"], where: Mapping[str, str]) -> Iterator[str]:
    """Hosts of a region that are not the vendor's: nothing would ever be sent there in its name."""
    for vendor in vendors:
        for region, hosts in vendor.region_hosts.items():
            for host in hosts:
                if not any(covers(own, host) for own in vendor.patterns()):
                    wanted = "expected some of the vendor's `hosts`"
                    yield f"{where[vendor.id]}: region_hosts.{region}: {wanted}, found {host}"
