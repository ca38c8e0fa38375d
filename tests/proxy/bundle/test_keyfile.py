"""Private keys: nobody else's to read, never overwritten, and nothing of them in a message."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from proxy.bundle.keyfile import is_encrypted, make_key, read_key
from proxy.bundle.manifest import BundleError
from proxy.bundle.signature import key_id


@pytest.mark.parametrize("passphrase", [None, "correct horse"])
def test_a_key_comes_back(tmp_path: Path, passphrase: str | None) -> None:
    file = tmp_path / "ada.key"
    made = make_key(file, passphrase)
    assert file.stat().st_mode & 0o777 == 0o600
    assert is_encrypted(file) is (passphrase is not None)
    assert key_id(read_key(file, passphrase).public_key()) == key_id(made.public_key())


@pytest.mark.parametrize(("made", "given"), [("correct horse", "wrong"), ("correct horse", None), (None, "any")])
def test_the_passphrase_must_fit(tmp_path: Path, made: str | None, given: str | None) -> None:
    make_key(tmp_path / "ada.key", made)
    with pytest.raises(BundleError, match="expected a private key in PEM and its passphrase"):
        read_key(tmp_path / "ada.key", given)


def test_no_key_is_overwritten(tmp_path: Path) -> None:
    make_key(tmp_path / "ada.key", None)
    with pytest.raises(BundleError, match="expected a place for a new key"):
        make_key(tmp_path / "ada.key", None)


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    make_key(tmp_path / "ada.key", None)
    (tmp_path / "ada.key").chmod(0o640)
    with pytest.raises(BundleError, match="expected mode 0600, found 0640"):
        read_key(tmp_path / "ada.key", None)


def test_what_is_no_such_key_is_refused(tmp_path: Path) -> None:
    other = generate_private_key(SECP256R1())
    contents = [b"", b"\xff", other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())]
    for index, content in enumerate(contents):
        file = tmp_path / f"{index}.key"
        file.write_bytes(content)
        file.chmod(0o600)
        with pytest.raises(BundleError, match="expected a") as caught:
            read_key(file, None)
        assert str(content[30:50]) not in str(caught.value) or not content
    with pytest.raises(BundleError, match="expected a readable key"):
        read_key(tmp_path / "none.key", None)
