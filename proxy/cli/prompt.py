"""What a command asks its user for without showing it."""

import getpass
import sys

from proxy.configfile import ConfigError


def ask_secret(what: str, *, twice: bool = False) -> str:
    """From the terminal, unseen, with `twice` confirmed; without a terminal the next line of standard input.

    Raises ConfigError when the two differ.
    """
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    secret = getpass.getpass(f"{what}: ")
    if twice and getpass.getpass("Again: ") != secret:
        raise ConfigError(f"{what.lower()}: expected the same twice")
    return secret
