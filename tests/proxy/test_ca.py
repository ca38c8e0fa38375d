"""The CA's life, and what real TLS implementations make of its certificates."""

import os
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID

from proxy.ca import CERT_FILE, KEY_FILE, CAError, ensure, rotate
from proxy.cabundle import system_roots, write_bundle, write_upstream_roots
from proxy.leaf import Leaf, LeafCache

NOW = datetime.now(UTC).replace(microsecond=0)
DOMAINS = ("api.openai.com", "anthropic.com")


def foreign_leaf(state_dir: Path, host: str) -> Leaf:
    """What someone who stole the CA's key would sign for any host."""
    ca = ensure(state_dir, DOMAINS, NOW)
    return LeafCache().get(host, NOW, ca.certificate, ca._key)


def test_first_start_creates_a_private_key_only_the_owner_reads(tmp_path: Path) -> None:
    ca = ensure(tmp_path, DOMAINS, NOW)
    assert (tmp_path / "ca" / KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert ca.path == tmp_path / "ca" / CERT_FILE
    assert ca.cert_pem == ca.path.read_bytes()
    assert ca.domains == ("anthropic.com", "api.openai.com")
    assert ca.days_left(NOW) == 825
    assert "PRIVATE" not in repr(ca) + repr(ca.leaf("api.openai.com", NOW))


def test_later_starts_keep_the_ca(tmp_path: Path) -> None:
    first = ensure(tmp_path, DOMAINS, NOW)
    later = ensure(tmp_path, (*DOMAINS, "new.example"), NOW + timedelta(days=100))
    assert later.fingerprint == first.fingerprint
    assert later.uncovered((*DOMAINS, "new.example")) == ("new.example",)


def test_two_starts_at_once_make_one_ca(tmp_path: Path) -> None:
    found: list[str] = []
    threads = [
        threading.Thread(target=lambda: found.append(ensure(tmp_path, DOMAINS, NOW).fingerprint)) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


@pytest.mark.parametrize("domains", [(), ("com",), ("*.openai.com",), (".openai.com",), ("",)])
def test_a_ca_without_narrow_constraints_is_never_made(tmp_path: Path, domains: tuple[str, ...]) -> None:
    with pytest.raises(CAError, match="two labels or more"):
        ensure(tmp_path, domains, NOW)
    assert not (tmp_path / "ca" / KEY_FILE).exists()


def test_the_certificate_is_limited_to_tls_servers_of_its_domains(tmp_path: Path) -> None:
    extensions = ensure(tmp_path, DOMAINS, NOW).certificate.extensions
    limits = extensions.get_extension_for_class(x509.NameConstraints)
    assert limits.critical
    assert {str(name.value) for name in limits.value.excluded_subtrees or ()} == {"0.0.0.0/0", "::/0"}
    assert extensions.get_extension_for_class(x509.BasicConstraints).value.path_length == 0
    usage = extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.key_cert_sign
    assert not usage.digital_signature
    purposes = extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(purposes) == [ExtendedKeyUsageOID.SERVER_AUTH]


def _swap_certificate(folder: Path) -> None:
    other = ensure(folder.parent / "other", DOMAINS, NOW)
    (folder / CERT_FILE).write_bytes(other.cert_pem)


def _strip_constraints(folder: Path) -> None:
    ca = ensure(folder.parent, DOMAINS, NOW)
    builder = x509.CertificateBuilder().subject_name(ca.certificate.subject).issuer_name(ca.certificate.issuer)
    builder = builder.public_key(ca._key.public_key()).serial_number(5)
    builder = builder.not_valid_before(NOW).not_valid_after(NOW + timedelta(days=9))
    plain = builder.sign(ca._key, ca.certificate.signature_hash_algorithm)  # type: ignore[arg-type]
    (folder / CERT_FILE).write_bytes(plain.public_bytes(Encoding.PEM))


DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "key missing": (lambda f: (f / KEY_FILE).unlink(), "found none beside tightlip-ca.pem"),
    "certificate missing": (lambda f: (f / CERT_FILE).unlink(), "found none beside tightlip-ca.key"),
    "key world-readable": (lambda f: (f / KEY_FILE).chmod(0o644), "expected mode 0600, found 0644"),
    "key group-readable": (lambda f: (f / KEY_FILE).chmod(0o640), "found 0640"),
    "key garbled": (
        lambda f: (f / KEY_FILE).write_bytes(b"nonsense"),
        "expected an unencrypted EC private key",
    ),
    "certificate garbled": (lambda f: (f / CERT_FILE).write_bytes(b"-----"), "expected a certificate in PEM"),
    "certificate of another key": (_swap_certificate, "found another key's"),
    "no constraints": (_strip_constraints, "expected name constraints"),
    "key is a folder": (lambda f: ((f / KEY_FILE).unlink(), (f / KEY_FILE).mkdir(0o700)), "Is a directory"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_ca_stops_start_up_and_is_never_replaced(tmp_path: Path, damage: str) -> None:
    ensure(tmp_path, DOMAINS, NOW)
    folder = tmp_path / "ca"
    inflict, said = DAMAGE[damage]
    inflict(folder)
    before = {path: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    with pytest.raises(CAError, match=said):
        ensure(tmp_path, DOMAINS, NOW)
    assert {path: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before


@pytest.mark.parametrize(
    ("days", "said"),
    [(826, "expired on .* run `tightlip ca rotate`"), (-2, "valid from .* check this machine's clock")],
)
def test_a_ca_outside_its_dates_stops_start_up(tmp_path: Path, days: int, said: str) -> None:
    ensure(tmp_path, DOMAINS, NOW)
    with pytest.raises(CAError, match=said):
        ensure(tmp_path, DOMAINS, NOW + timedelta(days=days))


@pytest.mark.parametrize(("days", "threshold"), [(0, None), (794, None), (795, 30), (818, 7), (824, 1), (824.9, 1)])
def test_expiry_is_warned_of_in_steps(tmp_path: Path, days: float, threshold: int | None) -> None:
    assert ensure(tmp_path, DOMAINS, NOW).expiry_threshold(NOW + timedelta(days=days)) == threshold


@pytest.mark.parametrize(
    ("host", "covered"),
    [
        ("api.openai.com", True),
        ("API.OpenAI.com.", True),
        ("eu.api.openai.com", True),
        ("console.anthropic.com", True),
        ("openai.com", False),
        ("notanthropic.com", False),
        ("bank.example", False),
        ("", False),
        ("127.0.0.1", False),
    ],
)
def test_covers_tells_what_a_leaf_can_be_made_for(tmp_path: Path, host: str, covered: bool) -> None:
    ca = ensure(tmp_path, DOMAINS, NOW)
    assert ca.covers(host) is covered
    if covered:
        assert ca.leaf(host, NOW).host == host.lower().rstrip(".")
    else:
        with pytest.raises(CAError, match="name constraints"):
            ca.leaf(host, NOW)


def test_leaves_are_short_lived_cached_and_renewed_at_half_life(tmp_path: Path) -> None:
    ca = ensure(tmp_path, DOMAINS, NOW)
    leaf = ca.leaf("api.openai.com", NOW)
    assert leaf.certificate.not_valid_before_utc == NOW - timedelta(hours=1)
    assert leaf.certificate.not_valid_after_utc == NOW + timedelta(days=7)
    assert ca.leaf("api.openai.com", NOW + timedelta(days=3)) is leaf
    assert ca.leaf("api.openai.com", NOW - timedelta(days=1)) is not leaf
    renewed = ca.leaf("api.openai.com", NOW + timedelta(days=4))
    assert renewed.certificate.serial_number != leaf.certificate.serial_number
    assert ca.leaf("claude.anthropic.com", NOW).key is renewed.key
    assert isinstance(renewed.key, ec.EllipticCurvePrivateKey)
    assert renewed.key.public_key() != ca.certificate.public_key()


def test_a_leaf_never_outlives_the_ca(tmp_path: Path) -> None:
    ca = ensure(tmp_path, DOMAINS, NOW)
    leaf = ca.leaf("api.openai.com", NOW + timedelta(days=824))
    assert leaf.certificate.not_valid_after_utc == ca.not_after


def test_the_leaf_cache_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("proxy.leaf.CACHED_HOSTS", 2)
    ca = ensure(tmp_path, DOMAINS, NOW)
    first = ca.leaf("a.anthropic.com", NOW)
    kept = ca.leaf("b.anthropic.com", NOW)
    ca.leaf("c.anthropic.com", NOW)
    assert ca.leaf("b.anthropic.com", NOW) is kept
    assert ca.leaf("a.anthropic.com", NOW) is not first


def test_rotation_keeps_the_old_files_and_bundles_both(tmp_path: Path) -> None:
    old = ensure(tmp_path, DOMAINS, NOW)
    later = NOW + timedelta(days=800)
    new = rotate(tmp_path, DOMAINS, later)
    assert new.fingerprint != old.fingerprint
    assert ensure(tmp_path, DOMAINS, later).fingerprint == new.fingerprint
    stamp = later.strftime("%Y%m%dT%H%M%SZ")
    kept = tmp_path / "ca" / f"tightlip-ca-{stamp}.key"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "ca" / f"tightlip-ca-{stamp}.pem").read_bytes() == old.cert_pem
    in_grace = write_bundle(tmp_path, later + timedelta(days=30)).read_bytes()
    assert old.cert_pem in in_grace
    assert new.cert_pem in in_grace
    assert old.cert_pem not in write_bundle(tmp_path, later + timedelta(days=31)).read_bytes()


def test_rotation_is_the_way_out_of_an_expired_or_half_ca(tmp_path: Path) -> None:
    ensure(tmp_path, DOMAINS, NOW)
    (tmp_path / "ca" / KEY_FILE).unlink()
    later = NOW + timedelta(days=2000)
    assert rotate(tmp_path, DOMAINS, later).days_left(later) == 825


def test_the_bundle_holds_system_roots_the_ca_file_and_ours(tmp_path: Path) -> None:
    ca = ensure(tmp_path / "state", DOMAINS, NOW)
    corporate = ensure(tmp_path / "corporate", ("corp.example",), NOW)
    bundle = write_bundle(tmp_path / "state", NOW, corporate.path)
    context = ssl.create_default_context(cafile=str(bundle))
    roots = ssl.create_default_context(cafile=str(system_roots())).cert_store_stats()["x509"]
    assert context.cert_store_stats()["x509"] == roots + 2
    content = bundle.read_bytes()
    assert ca.cert_pem in content
    assert corporate.cert_pem in content
    stamp = bundle.stat().st_mtime_ns
    write_bundle(tmp_path / "state", NOW, corporate.path)
    assert bundle.stat().st_mtime_ns == stamp


def test_vendors_are_not_verified_against_our_own_ca(tmp_path: Path) -> None:
    ca = ensure(tmp_path / "state", DOMAINS, NOW)
    corporate = ensure(tmp_path / "corporate", ("corp.example",), NOW)
    roots = write_upstream_roots(tmp_path / "state", corporate.path).read_bytes()
    assert corporate.cert_pem in roots
    assert ca.cert_pem not in roots


@pytest.mark.parametrize(("content", "said"), [(None, "No such file"), ("nonsense", "expected certificates in PEM")])
def test_an_unusable_ca_file_is_an_error(tmp_path: Path, content: str | None, said: str) -> None:
    ensure(tmp_path, DOMAINS, NOW)
    extra = tmp_path / "corp.pem"
    if content:
        extra.write_text(content)
    with pytest.raises(CAError, match=said):
        write_bundle(tmp_path, NOW, extra)


def test_the_bundle_ignores_a_shell_that_already_points_at_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca" / "bundle.pem"))
    assert system_roots() != tmp_path / "ca" / "bundle.pem"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_an_unwritable_state_folder_is_explained(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(CAError, match="expected a writable folder"):
        ensure(tmp_path / "state", DOMAINS, NOW)


@contextmanager
def tls_server(leaf: Leaf, tmp_path: Path) -> Iterator[int]:
    """A loopback server answering every connection with a small page, under `leaf`."""
    pem = tmp_path / f"{leaf.host}.pem"
    key = leaf.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    pem.write_bytes(leaf.certificate.public_bytes(Encoding.PEM) + key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                raw, _ = listener.accept()
            except OSError:
                return
            try:
                with raw, context.wrap_socket(raw, server_side=True) as connection:
                    connection.recv(4096)
                    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok")
            except OSError:  # the client refused the certificate
                continue

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(60)


def openssl_verify(leaf: Leaf, ca_file: Path, tmp_path: Path) -> str:
    pem = tmp_path / "leaf.pem"
    pem.write_bytes(leaf.certificate.public_bytes(Encoding.PEM))
    command = ["openssl", "verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", str(ca_file)]
    done = subprocess.run([*command, "-verify_hostname", leaf.host, str(pem)], capture_output=True, text=True)
    return done.stdout + done.stderr


def curl(leaf: Leaf, ca_file: Path, tmp_path: Path) -> str:
    with tls_server(leaf, tmp_path) as port:
        url = f"https://{leaf.host}:{port}/"
        command = ["curl", "-sS", "--noproxy", "*", "--cacert", str(ca_file)]
        command += ["--connect-to", f"::127.0.0.1:{port}", url]
        done = subprocess.run(command, capture_output=True, text=True, timeout=20)
    return done.stdout + done.stderr


NODE = """
const tls = require('tls');
const [host, port] = process.argv.slice(1);
const socket = tls.connect({host: '127.0.0.1', port: Number(port), servername: host}, () => {
  console.log('ok'); socket.destroy(); });
socket.on('error', (error) => console.log(error.message));
"""


def node(leaf: Leaf, ca_file: Path, tmp_path: Path) -> str:
    with tls_server(leaf, tmp_path) as port:
        env = {"PATH": os.environ["PATH"], "NODE_EXTRA_CA_CERTS": str(ca_file)}
        command = ["node", "-e", NODE, leaf.host, str(port)]
        done = subprocess.run(command, capture_output=True, text=True, env=env, timeout=20)
    return done.stdout + done.stderr


def python(leaf: Leaf, ca_file: Path, tmp_path: Path) -> str:
    context = ssl.create_default_context(cafile=str(ca_file))
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    with tls_server(leaf, tmp_path) as port, socket.create_connection(("127.0.0.1", port), 5) as raw:
        try:
            with context.wrap_socket(raw, server_hostname=leaf.host):
                return "ok"
        except ssl.SSLCertVerificationError as err:
            return err.verify_message


Verifier = tuple[Callable[[Leaf, Path, Path], str], str, str]
"""What asks a client, and what it says when it accepts and when it refuses."""

VERIFIERS: dict[str, Verifier] = {
    "openssl": (openssl_verify, "OK", "permitted subtree violation"),
    "curl": (curl, "ok", "permitted subtree violation"),
    "node": (node, "ok", "permitted subtree violation"),
    "python": (python, "ok", "permitted subtree violation"),
}


@pytest.fixture(params=VERIFIERS)
def verifier(request: pytest.FixtureRequest) -> Verifier:
    if request.param != "python" and shutil.which(request.param) is None:
        pytest.skip(f"{request.param} is not installed")
    return VERIFIERS[request.param]


@pytest.mark.parametrize("host", ["api.openai.com", "console.anthropic.com"])
def test_clients_accept_a_leaf_for_a_vendor(tmp_path: Path, verifier: Verifier, host: str) -> None:
    verify, accepted, _ = verifier
    ca = ensure(tmp_path, DOMAINS, NOW)
    assert accepted in verify(ca.leaf(host, NOW), ca.path, tmp_path)


def test_clients_refuse_a_leaf_for_a_bank_signed_by_the_same_ca(tmp_path: Path, verifier: Verifier) -> None:
    verify, accepted, refused = verifier
    ca = ensure(tmp_path, DOMAINS, NOW)
    answer = verify(foreign_leaf(tmp_path, "bank.example"), ca.path, tmp_path)
    assert refused in answer
    assert accepted not in answer.split()


def test_a_client_with_the_bundle_accepts_our_leaf(tmp_path: Path, verifier: Verifier) -> None:
    verify, accepted, _ = verifier
    ca = ensure(tmp_path, DOMAINS, NOW)
    assert accepted in verify(ca.leaf("api.openai.com", NOW), write_bundle(tmp_path, NOW), tmp_path)
