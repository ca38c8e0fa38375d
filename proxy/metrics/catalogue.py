"""Every family of metrics there is, in the order in which they are shown."""

from typing import Final

from proxy.metrics import operation, traffic
from proxy.metrics.instrument import Family

FAMILIES: Final = tuple(
    family for module in (traffic, operation) for family in vars(module).values() if isinstance(family, Family)
)
BY_NAME: Final = {family.name: family for family in FAMILIES}
SERIES: Final = sum(family.bound for family in FAMILIES)
"""How many there can ever be on the page of one instance, whatever is asked of it."""
