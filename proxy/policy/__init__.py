"""Policy: findings and the circumstances of their request in, one action per finding and one for the request out.

Pure and total: a decision depends on nothing but its arguments. Packs are YAML files under `rules/policies/`.
"""

from proxy.policy.action import Action
from proxy.policy.context import Code, Context, Destination, Who
from proxy.policy.language import Policy
from proxy.policy.load import PolicyError, load_policy

__all__ = ["Action", "Code", "Context", "Destination", "Policy", "PolicyError", "Who", "load_policy"]
