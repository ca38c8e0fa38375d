"""Policy: findings and the circumstances of their request in, one ruling per finding and one for the request out.

Pure and total: a decision depends on nothing but its arguments. Packs are YAML files under `rules/policies/`.
"""

from proxy.policy.action import Action
from proxy.policy.context import Code, Context, Destination, Who
from proxy.policy.language import Policy
from proxy.policy.load import load_policy
from proxy.policy.problem import PolicyError
from proxy.policy.ruling import Found, Ruling
from proxy.policy.waiver import NO_WAIVERS, Waivers

__all__ = [
    "NO_WAIVERS",
    "Action",
    "Code",
    "Context",
    "Destination",
    "Found",
    "Policy",
    "PolicyError",
    "Ruling",
    "Waivers",
    "Who",
    "load_policy",
]
