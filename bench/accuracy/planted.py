"""Sets made here from a seed: values that hold by construction, planted in the carriers in which they leave.

They say whether formats are understood; public corpora say how the world writes them.
"""

import json
import random
import string
import sysconfig
from collections.abc import Callable, Iterator
from pathlib import Path

from stdnum import iban, luhn

from bench.accuracy.case import Case, Expected
from bench.accuracy.corpus import read_clean

_ROOT = Path(__file__).parent.parent.parent
_WORDS = "ledger harbour copper violet marble engine lantern orchard walnut summit".split()
_ALPHABETS = (string.ascii_letters + string.digits, string.hexdigits[:16], string.ascii_letters + string.digits + "+/")
_NAMES = ("api_key", "apiKey", "token", "secret", "auth_token", "access_key", "client_secret", "private_key")
_FORMS = (
    '{vendor}_{name} = "{value}"',
    "{VENDOR}_{NAME}={value}",
    '"{vendor}_{name}": "{value}",',
    "{vendor}-{name}: {value}",
    "const {vendor}_{name} = `{value}`;",
    "  {name}: '{value}'  # {vendor}",
    'config["{vendor}_{name}"] = "{value}"',
    "export {VENDOR}_{NAME}='{value}'",
    "<{vendor}_{name}>{value}</{vendor}_{name}>",
    "curl -H 'X-{vendor}-{name}: {value}' https://{vendor}.dev/v1",
    '{{"name": "{VENDOR}_{NAME}", "value": "{value}"}}',
    "--{vendor}-{name}={value}",
)
_CARRIERS = ("{}", "please look at {} again", '{{"value": "{}"}}', "a,{},b", "row 7 | {} | ok", "x = '{}'", "{}\n")
_SEPARATORS = ("", " ", "-", "\u00a0", ".")
_CARD_PREFIXES = (
    ("4", 13), ("4", 16), ("51", 16), ("2221", 16), ("2720", 16), ("34", 15), ("37", 15), ("6011", 16), ("65", 16),
    ("36", 14), ("3528", 16), ("62", 16), ("62", 19), ("6759", 16), ("508", 16), ("2200", 16), ("9792", 16),
    ("506099", 16),
)  # fmt: skip


def sets() -> list[tuple[str, Iterator[Case]]]:
    """Name and cases of every set."""
    return [
        ("secrets of vendors without a rule", _unknown_secrets(random.Random(1), 600)),
        ("cards", _cards(random.Random(2), 1_000)),
        ("IBANs", _ibans(random.Random(3), 300)),
        ("bare numbers of 8 to 16 digits", _numbers(random.Random(4), 3_000)),
        ("installed Python packages", read_clean(Path(sysconfig.get_paths()["purelib"]) / "mitmproxy")),
        ("lock file", read_clean(_ROOT / "requirements.lock")),
        ("listings of hashes", _listings(random.Random(5), 200)),
    ]


def _planted(carrier: str, value: str, kind: str, name: str) -> Case:
    text = carrier.replace("{}", value) if "{{" not in carrier else carrier.format(value)
    start = text.index(value)
    return Case(name, text, (Expected(start, start + len(value), kind),))


def _unknown_secrets(chance: random.Random, times: int) -> Iterator[Case]:
    for number in range(times):
        vendor, name = chance.choice(_WORDS), chance.choice(_NAMES)
        value = "".join(chance.choices(chance.choice(_ALPHABETS), k=chance.choice((20, 24, 32, 40, 64))))
        form = chance.choice(_FORMS)
        line = form.format(vendor=vendor, VENDOR=vendor.upper(), name=name, NAME=name.upper(), value=value)
        start = line.index(value)
        yield Case(f"secret {number}", line, (Expected(start, start + len(value), "secret"),))


def _cards(chance: random.Random, times: int) -> Iterator[Case]:
    for number in range(times):
        prefix, length = chance.choice(_CARD_PREFIXES)
        body = prefix + _digits(chance, length - len(prefix) - 1)
        digits = body + str(luhn.calc_check_digit(body))
        shown = chance.choice(_SEPARATORS).join(digits[at : at + 4] for at in range(0, length, 4))
        yield _planted(chance.choice(_CARRIERS), shown, "card", f"card {number}")


def _ibans(chance: random.Random, times: int) -> Iterator[Case]:
    makers: tuple[Callable[[], tuple[str, str]], ...] = (
        lambda: ("DE", _digits(chance, 18)),
        lambda: ("NL", "ABNA" + _digits(chance, 10)),
        lambda: ("GB", "BARC" + _digits(chance, 14)),
        lambda: ("PL", _digits(chance, 24)),
    )
    for number in range(times):
        country, account = chance.choice(makers)()
        value = f"{country}{iban.calc_check_digits(f'{country}00{account}')}{account}"
        if chance.random() < 0.4:
            value = " ".join(value[at : at + 4] for at in range(0, len(value), 4))
        yield _planted(chance.choice(_CARRIERS), value, "bank", f"IBAN {number}")


def _numbers(chance: random.Random, times: int) -> Iterator[Case]:
    for number in range(times):
        yield Case(f"number {number}", chance.choice(_CARRIERS).format(_digits(chance, chance.randint(8, 16))))


def _listings(chance: random.Random, times: int) -> Iterator[Case]:
    for number in range(times):
        lines = [f"{chance.randbytes(32).hex()}  ./src/{chance.choice(_WORDS)}/{n}.py" for n in range(40)]
        hashed = {f"{chance.choice(_WORDS)}-{n}": f"sha512-{chance.randbytes(64).hex()}" for n in range(10)}
        yield Case(f"listing {number}", "\n".join(lines) + json.dumps(hashed, indent=1))


def _digits(chance: random.Random, times: int) -> str:
    return "".join(chance.choices(string.digits, k=times))
