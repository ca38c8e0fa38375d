"""Trains `detectors/assignment/rarity.bin`: `python -m training.rarity` writes it, `--measure` tells what it is worth.

Reads the Python source of the packages that the lock file pins, so that the same lock file gives the same model: every
distinct token of letters, digits and `_./+=-`, hashes and numbers left out. What stands for secrets is generated from a
seed. `--measure` trains on four packages in five and judges with the fifth: recall at 1 % false positives, by length,

    characters   tokens of code   Shannon entropy   this model
    8 to 11      35,485           0.00              0.83
    12 to 19     50,171           0.13              0.90
    20 to 80     30,824           0.51              0.99

as the mean over eight alphabets: letters and digits, lower case and digits, hex, base64, base64url, letters, lower
case, base32. Hex is the hardest, since code is full of it too; `plausible.py` knows it by its length.
"""

import argparse
import hashlib
import math
import random
import re
import sysconfig
import zlib
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

from detectors.assignment import rarity
from detectors.assignment.plausible import shannon

PACKAGES = Path(sysconfig.get_paths()["purelib"])
SEED = 20_260
LEAST_HELD_CHARS = 8

_TOKEN = re.compile(r"[A-Za-z0-9_./+=-]{4,80}")
_NOT_LEARNT = re.compile(r"(?=.*\d)[0-9a-fA-F]{16,}|[A-Za-z0-9+/=]{60,}|\d[\d.+eE_-]*")
_LOWER, _UPPER, _DIGITS = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"
_ALPHABETS = {
    "letters and digits": _LOWER + _UPPER + _DIGITS,
    "lower case and digits": _LOWER + _DIGITS,
    "hex": _DIGITS + "abcdef",
    "base64": _LOWER + _UPPER + _DIGITS + "+/",
    "base64url": _LOWER + _UPPER + _DIGITS + "-_",
    "letters": _LOWER + _UPPER,
    "lower case": _LOWER,
    "base32": _UPPER + "234567",
}


def sources() -> list[Path]:
    """Python files of the installed packages, in a fixed order."""
    return sorted(path for path in PACKAGES.rglob("*.py") if "__pycache__" not in path.parts)


def tokens(paths: Iterable[Path]) -> list[str]:
    """Distinct tokens, sorted."""
    found: set[str] = set()
    for path in paths:
        found.update(_TOKEN.findall(path.read_text("utf-8", "replace")))
    return sorted(token for token in found if not _NOT_LEARNT.fullmatch(token))


def digest(words: list[str]) -> bytes:
    return hashlib.sha256("\n".join(words).encode()).digest()[: rarity.STAMP_BYTES]


def train(words: Iterable[str]) -> bytes:
    """The table, two trigrams a byte: surprise in bits, rounded, at most 15. Witten-Bell interpolated."""
    threes: Counter[int] = Counter()
    for word in words:
        state = 0
        for symbol in _symbols(word):
            state = (state << 6 | symbol) & 0x3FFFF
            threes[state] += 1
    twos = _shortened(threes, 0xFFF)
    ones = _shortened(twos, 0x3F)
    total = sum(ones.values())
    base = [(ones[symbol] + 1) / (total + rarity.SYMBOLS) for symbol in range(rarity.SYMBOLS)]
    pairs = _interpolated(twos, 1, base)
    table = _interpolated(threes, 2, pairs)
    bits = [min(15, round(-math.log2(share))) for share in table]
    return bytes(high << 4 | low for high, low in zip(bits[::2], bits[1::2], strict=True))


def _symbols(word: str) -> list[int]:
    table = rarity.symbol_table()
    return [table.get(ord(char), rarity.SYMBOLS - 1) for char in word]


def _shortened(counts: Counter[int], mask: int) -> Counter[int]:
    shorter: Counter[int] = Counter()
    for state, count in counts.items():
        shorter[state & mask] += count
    return shorter


def _interpolated(counts: Counter[int], order: int, below: list[float]) -> list[float]:
    """The share of each symbol after each state of `order` symbols, mixed with that after one symbol less."""
    seen: Counter[int] = Counter()
    kinds: Counter[int] = Counter()
    for state, count in counts.items():
        seen[state >> 6] += count
        kinds[state >> 6] += 1
    shares = []
    for state in range(rarity.SYMBOLS ** (order + 1)):
        under, before = below[state % len(below)], state >> 6
        known = kinds[before]
        shares.append((counts[state] + known * under) / (seen[before] + known) if known else under)
    return shares


def secrets(seed: int = SEED, each: int = 200) -> dict[str, list[str]]:
    """Generated secrets by alphabet, of the lengths that vendors use."""
    source = random.Random(seed)
    lengths = (8, 10, 12, 16, 20, 24, 32, 40, 64)
    return {
        name: ["".join(source.choices(alphabet, k=length)) for length in lengths for _ in range(each)]
        for name, alphabet in _ALPHABETS.items()
    }


def recall(score: Callable[[str], float], code: list[str], shortest: int, longest: int) -> float:
    """Mean recall over the alphabets where one code token in a hundred is above the threshold."""
    ranked = sorted(score(token) for token in code if shortest <= len(token) <= longest)
    threshold = ranked[int(len(ranked) * 0.99)]
    shares = []
    for values in secrets().values():
        scores = [score(value) for value in values if shortest <= len(value) <= longest]
        shares.append(sum(found > threshold for found in scores) / len(scores))
    return sum(shares) / len(shares)


def _is_held_out(path: Path) -> bool:
    package = path.relative_to(PACKAGES).parts[0]
    return hashlib.sha256(package.encode()).digest()[0] % 5 == 0


def measure() -> None:
    """Trains without every fifth package and prints recall on it; the shipped model isn't touched."""
    known = tokens(path for path in sources() if not _is_held_out(path))
    held = set(tokens(path for path in sources() if _is_held_out(path))) - set(known)
    write(known, Path(".cache/rarity-measured.bin"))
    rarity.MODEL = Path(".cache/rarity-measured.bin")
    code = sorted(token for token in held if len(token) >= LEAST_HELD_CHARS)
    for shortest, longest in ((8, 11), (12, 19), (20, 80)):
        ours, entropy = (recall(score, code, shortest, longest) for score in (rarity.rarity, shannon))
        above = sum(rarity.rarity(token) > 0 for token in code if shortest <= len(token) <= longest)
        count = sum(shortest <= len(token) <= longest for token in code)
        print(f"{shortest:>2} to {longest}: {count} tokens, entropy {entropy:.3f}, model {ours:.3f}, over 0 {above}")


def write(words: list[str], path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(digest(words) + zlib.compress(train(words), 9))


def main() -> None:
    parser = argparse.ArgumentParser(description="trains the rarity model")
    parser.add_argument("--measure", action="store_true", help="tell recall on packages left out, write nothing")
    if parser.parse_args().measure:
        measure()
    else:
        write(tokens(sources()), rarity.MODEL)


if __name__ == "__main__":
    main()
