"""The contact rules on texts as people and programs write them: what is found, how far the span goes, what stays."""

from pathlib import Path

import pytest

from detectors import Engine, bundled_rules, load_rules
from tests.compiled import rules_folder
from tests.detectors.rulebase import KEY, covered

MAIL = "jane.roe@contoso.org"

FOUND = [
    ("mail behind a name", f"ADMIN={MAIL}", "EMAIL_ADDRESS", MAIL),
    ("mail in a query", f"https://contoso.org/?to={MAIL}&x=1", "EMAIL_ADDRESS", MAIL),
    ("mail in a list", f"<{MAIL}>;", "EMAIL_ADDRESS", MAIL),
    ("mail with a plus", "x jane+news@contoso.org.", "EMAIL_ADDRESS", "jane+news@contoso.org"),
    ("mail at an international domain", "an jürgen@müller-verlag.de", "EMAIL_ADDRESS", "jürgen@müller-verlag.de"),
    ("mail spelt out", "jane (at) contoso (dot) org", "EMAIL_ADDRESS", "jane (at) contoso (dot) org"),
    ("phone in JSON", '{"phone": "4158675309"}', "PHONE_NUMBER", "4158675309"),
    ("phone in a form", "phone=4158675309&x=1", "PHONE_NUMBER", "4158675309"),
    ("phone with dots", "415.867.5309", "PHONE_NUMBER", "415.867.5309"),
    ("phone abroad", "+41 (0)44 668 18 00", "PHONE_NUMBER", "+41 (0)44 668 18 00"),
    ("phone with an extension", "Tel (212) 736-5000 ext. 12", "PHONE_NUMBER", "(212) 736-5000 ext. 12"),
    ("phone in French", "Téléphone : 01 42 68 53 00", "PHONE_NUMBER", "01 42 68 53 00"),
    ("phone in Chinese", "手机：13812345678", "PHONE_NUMBER", "13812345678"),
    ("phone before its label", "4158675309 is my phone number", "PHONE_NUMBER", "4158675309"),
    ("address with a port", "http://81.2.69.160:8080/x", "IP_ADDRESS", "81.2.69.160"),
    ("address in brackets", "[2a02:8109:9ec0::17]:443", "IP_ADDRESS", "2a02:8109:9ec0::17"),
    ("address of eight groups", "from 94ab:1:22:333:4444:5:66:777 to", "IP_ADDRESS", "94ab:1:22:333:4444:5:66:777"),
    ("private address of a client", "client 192.168.17.23 left", "IP_ADDRESS", "192.168.17.23"),
    ("hardware address", "ether 3c:07:54:1b:9e:a2", "MAC_ADDRESS", "3c:07:54:1b:9e:a2"),
    ("profile", "see linkedin.com/in/jane-roe-17", "URL", "linkedin.com/in/jane-roe-17"),
]

SILENT = [
    ("package and version", "npm i left-pad@1.3.0 @types/node@20.11.5"),
    ("image", "![x](icon@2x.png)"),
    ("clone", "git clone git@github.com:acme/site.git"),
    ("decorator", "@app.route\ndef x(): pass"),
    ("unsigned limits", "0 to +4294967295, or +18446744073709551615"),
    ("date and time", "call at 2024-11-20 10:15:00"),
    ("timestamps", "called 1732156842, 1732156842123"),
    ("version", "contact lib 2.10.415.867"),
    ("coordinates", "reach 52.5200066, 13.4049540"),
    ("prices", "call price 1.299.000"),
    ("uuid", "call 123e4567-e89b-12d3-a456-426614174000"),
    ("ports", "forwards ports 8000-8080"),
    ("hash", "contact 9f86d081884c7d659a2f"),
    ("object identifier", "2.5.29.14 and 1.3.6.1"),
    ("fingerprint", "MD5 3c:07:54:1b:9e:a2:3c:07:54:1b:9e:a2:3c:07:54:1b"),
    ("paths of C++", "std::vector<a::b::c>"),
]


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(load_rules([Path(bundled_rules()) / "pii" / "contact.yaml"]), KEY, cache_dir=rules_folder())


@pytest.mark.parametrize(("what", "text", "entity", "value"), FOUND, ids=[row[0] for row in FOUND])
def test_found(engine: Engine, what: str, text: str, entity: str, value: str) -> None:
    assert [(f.entity, covered(text, f)) for f in engine.scan(text).findings] == [(entity, value)]


@pytest.mark.parametrize(("what", "text"), SILENT, ids=[row[0] for row in SILENT])
def test_silent(engine: Engine, what: str, text: str) -> None:
    assert engine.scan(text).findings == ()
