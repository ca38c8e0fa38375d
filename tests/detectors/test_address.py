"""Postal addresses in running text, country by country, and what only reads like one."""

from pathlib import Path

import pytest

from detectors import Engine, bundled_rules, load_rules
from tests.compiled import rules_folder
from tests.detectors.rulebase import KEY, covered

RULES = load_rules([Path(bundled_rules()) / "pii" / "address.yaml"])

FOUND = [
    ("us", "lives at 1600 Birchwood Avenue, Portland, OR 97205 now", "1600 Birchwood Avenue, Portland, OR 97205"),
    ("us, unit", "ship to 742 Maple Terrace Apt 4B please", "742 Maple Terrace Apt 4B"),
    ("us, direction", "at 1200 N Elm St, Greensboro, NC 27401", "1200 N Elm St, Greensboro, NC 27401"),
    ("us, capitals", "SHIP: 88 W OAK BLVD", "88 W OAK BLVD"),
    (
        "us, other suffix",
        "620 Lynch Tunnel Apt. 021\nPort Karen, OH 44114",
        "620 Lynch Tunnel Apt. 021\nPort Karen, OH 44114",
    ),
    ("uk", "221B Baker Street, London NW1 6XE", "221B Baker Street, London NW1 6XE"),
    ("canada", "90 Sparks Street, Ottawa, ON K1P 5M7", "90 Sparks Street, Ottawa, ON K1P 5M7"),
    ("australia", "24 Wattle Grove Road, Fitzroy VIC 3065", "24 Wattle Grove Road, Fitzroy VIC 3065"),
    ("germany", "wohnt Lindenstraße 7b, 10969 Berlin", "Lindenstraße 7b, 10969 Berlin"),
    ("austria", "in der Mariahilfer Straße 88, 1070 Wien", "Mariahilfer Straße 88, 1070 Wien"),
    ("france", "habite 12 rue de la Paix, 75002 Paris", "12 rue de la Paix, 75002 Paris"),
    ("netherlands", "Prinsengracht 263-H, 1016 GV Amsterdam", "Prinsengracht 263-H, 1016 GV Amsterdam"),
    ("spain", "vive en Calle Mayor 12, 28013 Madrid", "Calle Mayor 12, 28013 Madrid"),
    ("italy", "abita in Via Garibaldi 12, 20121 Milano", "Via Garibaldi 12, 20121 Milano"),
    ("brazil", "mora na Rua Augusta, 1508", "Rua Augusta, 1508"),
    ("box", "mail to P.O. Box 4410", "4410"),
]

QUIET = [
    ("licence", "51 Franklin Street, Fifth Floor, Boston, MA 02110-1301, USA"),
    ("older licence", "59 Temple Place - Suite 330, Boston, MA 02111-1307, USA"),
    ("python's licence", "having an office at 160 Saratoga Avenue, Santa Clara, CA 95051"),
    ("sample", "123 Main Street"),
    ("code", "for i in range(12): Street(i); x = 3 Drive"),
    ("log", "12 Retries left, 3 Workers ready, 200 OK in 15 ms at 10:12:01"),
    ("versions", "via Python 3, via TLS 1.2, Release 12 Road map"),
    ("measures", "took 12 St ago, 5 Dr and 8 Ct of gold"),
    ("prose", "step 3 place the lid, 2 rue the day, avenue of the 4 winds"),
    ("swiftui", "String 5, Spring 2024, Offering 12"),
]


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(RULES, KEY, cache_dir=rules_folder())


@pytest.mark.parametrize(("what", "text", "address"), FOUND, ids=[what for what, _, _ in FOUND])
def test_found_whole(engine: Engine, what: str, text: str, address: str) -> None:
    assert address in [covered(text, finding) for finding in engine.scan(text).findings]


@pytest.mark.parametrize(("what", "text"), QUIET, ids=[what for what, _ in QUIET])
def test_quiet(engine: Engine, what: str, text: str) -> None:
    assert not engine.scan(text).findings
