"""The page at the proxy's own address and under its name: public, over TLS with our CA, and none of it is sent on."""

import httpx
import pytest
from cryptography import x509

from tests.e2e.clients import Tunnel, curl
from tests.e2e.lab import Tightlip
from tests.e2e.test_identity import PASSWORD, guarded  # noqa: F401
from tests.fakevendor import FakeVendor

pytestmark = pytest.mark.slow

_CHECK = "https://tightlip.local/ok"


def _get(tightlip: Tightlip, path: str, **headers: str) -> httpx.Response:
    return httpx.get(tightlip.proxy_url + path, headers=headers, trust_env=False)


def test_the_ca_is_handed_out_in_both_forms(balanced: Tightlip) -> None:
    pem, der = _get(balanced, "/ca.pem"), _get(balanced, "/ca.crt")
    assert pem.content == balanced.ca.read_bytes()
    assert x509.load_der_x509_certificate(der.content) == x509.load_pem_x509_certificate(pem.content)
    assert b"PRIVATE" not in pem.content + der.content


def test_the_page_and_the_pac_file_name_the_address(balanced: Tightlip) -> None:
    page, pac = _get(balanced, "/"), _get(balanced, "/proxy.pac")
    assert page.headers["content-type"].startswith("text/html")
    assert "Tightlip" in page.text
    assert pac.headers["content-type"] == "application/x-ns-proxy-autoconfig"
    assert f'"PROXY {balanced.listen}"' in pac.text


@pytest.mark.parametrize("version", ["--http1.1", "--http2"])
def test_the_check_is_answered_over_tls_by_who_trusts_the_ca(
    balanced: Tightlip,
    vendor: FakeVendor,
    authority,
    version: str,  # type: ignore[no-untyped-def]
) -> None:
    answer = curl(balanced, _CHECK, None, version)
    assert (answer.status, answer.body.startswith(b"read by Tightlip ")) == (200, True)
    assert b"policy balanced" in answer.body
    assert curl(balanced, _CHECK, None, version, ca=str(authority.ca)).status == 0
    assert vendor.requests == []


def test_its_name_is_ours_on_plain_http_too(balanced: Tightlip) -> None:
    assert curl(balanced, "http://tightlip.local/ok", None).status == 200
    assert curl(balanced, "http://tightlip.local/ok", None, "-H", "Host: evil.test").status == 400
    with Tunnel(balanced, "tightlip.local:22") as tunnel:
        assert tunnel.answer.startswith(b"HTTP/1.1 403")


def test_the_page_is_not_on_record(balanced: Tightlip) -> None:
    before = len(balanced.audit())
    _get(balanced, "/")
    curl(balanced, _CHECK, None)
    assert len(balanced.audit()) == before


def test_a_web_page_under_another_name_reads_nothing(balanced: Tightlip) -> None:
    assert _get(balanced, "/ca.pem", Host="evil.test").status_code == 400
    assert _get(balanced, "/ok.svg", Referer="https://evil.test/").status_code == 404
    assert _get(balanced, "/ok.svg", Referer="http://tightlip.local/").status_code == 200


def test_it_tells_the_name_that_it_is_given(lab) -> None:  # type: ignore[no-untyped-def]
    with lab.tightlip("named", advertise="proxy.corp.example:3128") as tightlip:
        pac = _get(tightlip, "/proxy.pac", Host="proxy.corp.example:3128")
        assert '"PROXY proxy.corp.example:3128"' in pac.text
        assert "http://proxy.corp.example:3128/v/openai" in _get(tightlip, "/").text


def test_with_users_it_is_open_but_the_way_to_vendors_is_not(guarded: Tightlip) -> None:  # noqa: F811
    assert _get(guarded, "/ca.pem").status_code == 200
    assert curl(guarded, "http://tightlip.local/proxy.pac", None).status == 200
    with Tunnel(guarded, "tightlip.local:443") as tunnel:
        assert tunnel.answer.startswith(b"HTTP/1.1 407")
    assert curl(guarded, _CHECK, None, "--proxy-user", f"ada:{PASSWORD}").status == 200


def test_switched_off_its_name_is_a_host_like_any_other(lab, vendor: FakeVendor) -> None:  # type: ignore[no-untyped-def]
    with lab.tightlip("silent", portal="off", other_hosts="refuse") as tightlip:
        assert _get(tightlip, "/").status_code == 404
        assert _get(tightlip, "/ca.pem").status_code == 404
        with Tunnel(tightlip, "tightlip.local:443") as tunnel:
            assert b"host_refused" in tunnel.answer
