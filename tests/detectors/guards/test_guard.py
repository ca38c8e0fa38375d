"""Guards: values of the right shape that are nobody's data stay unreported."""

import pytest

from detectors.guards.guard import GUARDS

CASES = [
    ("EMAIL_ADDRESS", "write to <jane.doe@contoso.org>", "jane.doe@contoso.org", True),
    ("EMAIL_ADDRESS", "user@example.com", "user@example.com", False),
    ("EMAIL_ADDRESS", "user@mail.example.org", "user@mail.example.org", False),
    ("EMAIL_ADDRESS", "a@b.test", "a@b.test", False),
    ("EMAIL_ADDRESS", "icon@2x.png", "icon@2x.png", False),
    ("EMAIL_ADDRESS", "git@github.com:org/repo.git", "git@github.com", False),
    ("EMAIL_ADDRESS", "Co-Authored-By: X <noreply@anthropic.com>", "noreply@anthropic.com", False),
    ("EMAIL_ADDRESS", "1234+x@users.noreply.github.com", "1234+x@users.noreply.github.com", False),
    ("IP_ADDRESS", "client 93.184.216.34 sent", "93.184.216.34", True),
    ("IP_ADDRESS", "2606:2800:220:1:248:1893:25c8:1946", "2606:2800:220:1:248:1893:25c8:1946", True),
    ("EMAIL_ADDRESS", "jane [at] contoso [dot] org", "jane [at] contoso [dot] org", True),
    ("EMAIL_ADDRESS", "jane [at] example [dot] org", "jane [at] example [dot] org", False),
    ("EMAIL_ADDRESS", "jane@contoso.nosuchtld", "jane@contoso.nosuchtld", False),
    ("EMAIL_ADDRESS", "w@x.to(device)", "w@x.to", False),
    ("EMAIL_ADDRESS", "ssh -i k.pem jane@host.contoso.org", "jane@host.contoso.org", False),
    ("EMAIL_ADDRESS", "scp a.txt jane@host.contoso.org:/srv", "jane@host.contoso.org", False),
    ("EMAIL_ADDRESS", "https://jane:pw@host.contoso.org/", "pw@host.contoso.org", False),
    ("EMAIL_ADDRESS", "mailto:jane@contoso.org", "jane@contoso.org", True),
    ("IP_ADDRESS", "10.1.2.3", "10.1.2.3", True),  # the rules tell private from public
    ("IP_ADDRESS", "http://93.184.216.34/", "93.184.216.34", True),
    ("IP_ADDRESS", "169.254.1.7", "169.254.1.7", False),
    ("IP_ADDRESS", "94ab:1:22:333:4444:5:66:777", "94ab:1:22:333:4444:5:66:777", True),
    ("IP_ADDRESS", "50:06:01:60:3b:20:19:e2", "50:06:01:60:3b:20:19:e2", False),  # a port of a storage network
    ("MAC_ADDRESS", "3c:07:54:1b:9e:a2", "3c:07:54:1b:9e:a2", True),
    ("MAC_ADDRESS", "ff:ff:ff:ff:ff:ff", "ff:ff:ff:ff:ff:ff", False),
    ("MAC_ADDRESS", "01:00:5e:7f:9e:a2", "01:00:5e:7f:9e:a2", False),  # multicast
    ("MAC_ADDRESS", "00:00:5e:00:53:17", "00:00:5e:00:53:17", False),  # RFC 7042
    ("MAC_ADDRESS", "10:20:30:44:56:17", "10:20:30:44:56:17", False),
    ("MAC_ADDRESS", "mac 10:20:30:44:56:17", "10:20:30:44:56:17", True),
    ("IP_ADDRESS", "127.0.0.1", "127.0.0.1", False),
    ("IP_ADDRESS", "192.0.2.17", "192.0.2.17", False),  # RFC 5737
    ("IP_ADDRESS", "2001:db8::17", "2001:db8::17", False),  # RFC 3849
    ("IP_ADDRESS", "255.255.255.0", "255.255.255.0", False),
    ("IP_ADDRESS", "8.8.8.8", "8.8.8.8", False),
    ("IP_ADDRESS", "v93.184.216.34", "93.184.216.34", False),
    ("IP_ADDRESS", "Chrome/124.0.6367.91", "124.0.6367.91", False),
    ("IP_ADDRESS", "version: 14.20.31.2", "14.20.31.2", False),
    ("IP_ADDRESS", "pkg==14.20.31.2", "14.20.31.2", False),
    ("IP_ADDRESS", "1.3.6.1.4.1.311.21", "3.6.1.4", False),  # an object identifier
    ("IP_ADDRESS", "std::vec", "std::", False),
    ("IP_ADDRESS", "999.1.1.1", "999.1.1.1", False),
    ("PHONE_NUMBER", "call (415) 555-2671 now", "(415) 555-2671", True),
    ("PHONE_NUMBER", "+49 30 901820", "+49 30 901820", True),
    ("PHONE_NUMBER", "mobile: 4155552671", "4155552671", True),
    ("PHONE_NUMBER", "id: 4155552671", "4155552671", False),
    ("PHONE_NUMBER", "at 1700000000 s", "1700000000", False),  # epoch seconds
    ("PHONE_NUMBER", 'phone_number="555-555-5555"', "555-555-5555", False),
    ("PHONE_NUMBER", "tel:+441234567890", "+441234567890", False),
    ("PHONE_NUMBER", "the cell (#3035) (22.6.0)", "3035) (22.6.0", False),
    ("PHONE_NUMBER", "small cell cancer (SNOMED CT code '254637007')", "254637007", False),
    ("PHONE_NUMBER", "MSH|^~\\&|EPIC|X|SMS|SMSADT|199912271408||ADT^A04|1817457|D", "1817457", False),
    ("PHONE_NUMBER", "on 2024-01-15", "2024-01-15", False),
    ("PHONE_NUMBER", "(212) 555-0123", "(212) 555-0123", False),  # fiction
    ("PHONE_NUMBER", "pi 3.14159265", "3.14159265", False),
    ("PHONE_NUMBER", "a 555-2671", "55-267", False),
    ("PHONE_NUMBER", "phone (212) 555-0123", "(212) 555-0123", True),  # somebody calls it one
    ("PHONE_NUMBER", "up to +4294967296", "+4294967296", False),
    ("PHONE_NUMBER", "+18446744073709551615", "+184467440737095", False),
    ("PHONE_NUMBER", "isbn 978-0-306-40615-7", "978-0-306-40615-7", False),
    ("PHONE_NUMBER", "tel 978-030-6406", "978-030-6406", True),
    ("PHONE_NUMBER", "001-415-867-5309x12", "001-415-867-5309x12", True),
    ("PHONE_NUMBER", "Tel. 030 901820 44", "030 901820 44", True),
    ("PHONE_NUMBER", "row 030 901820 44", "030 901820 44", False),
    ("PHONE_NUMBER", "call_id: 4155552671", "4155552671", False),
    ("PHONE_NUMBER", "please call 4155552671", "4155552671", True),
    ("PHONE_NUMBER", "тел. 8 495 123-45-67", "8 495 123-45-67", True),
    ("PHONE_NUMBER", "phone: 1234567890", "1234567890", False),
    ("PHONE_NUMBER", "ssn, phone: 536-90-4399", "536-90-4399", False),
    ("PHONE_NUMBER", "x-415-555-2671", "415-555-2671", False),
]


@pytest.mark.parametrize(("entity", "text", "value", "allowed"), CASES)
def test_guards(entity: str, text: str, value: str, allowed: bool) -> None:
    start = text.index(value)
    assert GUARDS[entity](text, start, start + len(value)) is allowed
