"""`tightlip rules docs`: writes the rule base as a book, for browsers and as markdown."""

from pathlib import Path

from detectors import bundled_rules, load_rules
from detectors.names.kind import KINDS
from proxy import __version__
from proxy.ca import write_file
from proxy.config import Config
from proxy.configfile import ConfigError
from proxy.policy import load_policy
from proxy.rulebook.entry import entries
from proxy.rulebook.page import html
from proxy.rulebook.sheet import sheets
from proxy.setting import cache_folder, policy_folder, rule_folders


def write_book(config: Config, folder: Path) -> None:
    """Writes index.html and markdown files about the rules in use into a folder, made if there is none."""
    packs = policy_folder()
    policies = {pack.stem: load_policy(pack.stem, packs) for pack in sorted(packs.glob("*.yaml"))}
    own = load_policy(config.policy, packs)
    policies.setdefault(own.id, own)
    ruleset = load_rules(rule_folders(config), cache_dir=cache_folder(config))
    every = entries(ruleset, bundled_rules(), policies, KINDS.values())
    files = {"index.html": html(every, ruleset.digest, __version__), **sheets(every, ruleset.digest, __version__)}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            write_file(folder / name, text.encode(), 0o644)
    except OSError as err:
        raise ConfigError(f"{folder}: expected a folder to write to, found: {err.strerror}") from err
    print(f"{folder}: {len(every)} rules in {len(files)} files; open {folder / 'index.html'}")
