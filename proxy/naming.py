"""What the operator's other files say there is, for whoever checks what a policy names. Reads files, judges nothing."""

from dataclasses import replace

from proxy.charter import vocabulary
from proxy.classification import load_classification
from proxy.config import Config
from proxy.groupfile import NO_GROUPS, load_groups
from proxy.policy.vocabulary import Vocabulary
from proxy.setting import catalogue_of, rules_of
from proxy.userfile import load_users


def vocabulary_of(config: Config) -> Vocabulary:
    """All that a policy may name, users and groups included: these change every day, so that only checks look at them.

    Raises RuleError, CatalogueError or ConfigError for files that can't be read.
    """
    known = vocabulary(rules_of(config).findable, catalogue_of(config), load_classification(config.classification))
    if config.users is None:
        return known
    users = load_users(config.users)
    groups = load_groups(config.groups) if config.groups else NO_GROUPS
    return replace(
        known,
        users=frozenset(user.name for user in users),
        groups=frozenset(groups.groups).union(*(user.groups for user in users)),
        roles=frozenset(groups.roles).union(*(user.roles for user in users)),
    )
