"""What the operator's files say, read and checked as a whole: all of an edition that comes from files.

Either everything is right or an error names each mistake with its file and line; nothing is started or listened on.
"""

from dataclasses import dataclass

from detectors import RuleError, load_rules
from proxy.bundle.force import Proven, in_force
from proxy.charter import Charter, load_charter
from proxy.config import Config
from proxy.configfile import ConfigError
from proxy.policy import PolicyError
from proxy.setting import worker_settings
from proxy.task import Sealed, Settings
from proxy.vendor import CatalogueError

OPERATORS_ERRORS = (ConfigError, PolicyError, CatalogueError, RuleError)
"""What a mistake in the operator's files is told by. The text is for the operator: it quotes those files."""


@dataclass(frozen=True, slots=True)
class Draft:
    """`rules` is a RuleSet, `sealed` is `charter`; both sealed since workers need them as they are now.

    With a bundle, `config` is what it makes of the operator's; it is to be accepted before any of this is used.
    """

    config: Config
    settings: Settings
    rules: Sealed
    charter: Charter
    sealed: Sealed
    bundle: Proven | None = None


def read_draft(config: Config) -> Draft:
    """What the files that `config` names say now. Raises one of OPERATORS_ERRORS."""
    config, bundle = in_force(config)
    settings = worker_settings(config)
    rules = load_rules(settings.rules, cache_dir=settings.cache_dir)
    charter = load_charter(settings, rules.rules)
    return Draft(config, settings, Sealed.of(rules, rules.digest), charter, Sealed.of(charter, charter.digest), bundle)
