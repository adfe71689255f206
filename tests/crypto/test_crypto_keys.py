"""Our calls of libcrypto against the package `cryptography`, which has an OpenSSL of its own."""

from collections.abc import Callable
from hashlib import sha256

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.hashes import SHA256, SHA384
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_public_key,
    load_pem_private_key,
)
from hypothesis import given
from hypothesis import strategies as st

from pos_terminal.crypto.keys import P256, Ed25519
from pos_terminal.crypto.library import CryptoError

MESSAGE = b"TRADITION 1,30"
DIGEST = sha256(MESSAGE).digest()
DER = Encoding.DER, PublicFormat.SubjectPublicKeyInfo
PEM = Encoding.PEM, PrivateFormat.PKCS8
RECORD, CHECKPOINT = P256.generate(), Ed25519.generate()


def test_what_is_signed_here_verifies_there() -> None:
    record = load_der_public_key(RECORD.public)
    assert isinstance(record, ec.EllipticCurvePublicKey)
    checkpoint = load_der_public_key(CHECKPOINT.public)
    assert isinstance(checkpoint, ed25519.Ed25519PublicKey)
    for number in range(200):
        message = MESSAGE + bytes([number])
        record.verify(RECORD.sign(sha256(message).digest()), message, ec.ECDSA(SHA256()))
        checkpoint.verify(CHECKPOINT.sign(message), message)
    with pytest.raises(InvalidSignature):
        record.verify(RECORD.sign(DIGEST), MESSAGE + b"!", ec.ECDSA(SHA256()))
    with pytest.raises(InvalidSignature):
        checkpoint.verify(CHECKPOINT.sign(MESSAGE), MESSAGE + b"!")


def test_what_is_signed_there_verifies_here() -> None:
    record, checkpoint = (
        ec.generate_private_key(ec.SECP256R1()),
        ed25519.Ed25519PrivateKey.generate(),
    )
    ours = P256.from_der(record.public_key().public_bytes(*DER))
    other = Ed25519.from_der(checkpoint.public_key().public_bytes(*DER))
    for number in range(200):
        message = MESSAGE + bytes([number])
        signature = record.sign(message, ec.ECDSA(SHA256()))
        assert ours.verifies(signature, sha256(message).digest())
        assert not ours.verifies(signature, DIGEST)
        assert other.verifies(checkpoint.sign(message), message)
        assert not other.verifies(checkpoint.sign(message), MESSAGE)


def test_keys_are_written_for_others_to_read() -> None:
    for key in (RECORD, CHECKPOINT):
        loaded = load_pem_private_key(key.pem, None)
        assert loaded.public_key().public_bytes(*DER) == key.public
    assert P256.from_pem(RECORD.pem).public == RECORD.public
    assert Ed25519.from_pem(CHECKPOINT.pem).public == CHECKPOINT.public


def test_keys_that_others_wrote_are_read() -> None:
    record, checkpoint = (
        ec.generate_private_key(ec.SECP256R1()),
        ed25519.Ed25519PrivateKey.generate(),
    )
    assert P256.from_pem(
        record.private_bytes(*PEM, NoEncryption())
    ).public == record.public_key().public_bytes(*DER)
    assert (
        Ed25519.from_pem(checkpoint.private_bytes(*PEM, NoEncryption())).public
        == Ed25519.from_raw(checkpoint.private_bytes_raw()).public
        == checkpoint.public_key().public_bytes(*DER)
    )
    raw = checkpoint.public_key().public_bytes_raw()
    assert Ed25519.from_raw_public(raw).raw_public == raw
    assert Ed25519.from_raw(checkpoint.private_bytes_raw()).raw == checkpoint.private_bytes_raw()


def test_signing_and_verifying_take_turns() -> None:
    for _ in range(3):
        signature = RECORD.sign(DIGEST)
        assert RECORD.verifies(signature, DIGEST)
        assert not RECORD.verifies(signature, bytes(32))


def other_curve() -> bytes:
    return ec.generate_private_key(ec.SECP384R1()).public_key().public_bytes(*DER)


def encrypted() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(*PEM, BestAvailableEncryption(b"secret"))


@pytest.mark.parametrize(
    "use",
    [
        lambda: P256.from_der(b""),
        lambda: P256.from_der(CHECKPOINT.public),
        lambda: P256.from_der(other_curve()),
        lambda: P256.from_pem(b""),
        lambda: P256.from_pem(encrypted()),
        lambda: P256.from_pem(CHECKPOINT.pem),
        lambda: P256.from_der(RECORD.public).sign(DIGEST),
        lambda: P256.from_der(RECORD.public).pem,
        lambda: Ed25519.from_der(RECORD.public),
        lambda: Ed25519.from_pem(RECORD.pem),
        lambda: Ed25519.from_raw(b"too short"),
        lambda: Ed25519.from_raw_public(bytes(33)),
        lambda: Ed25519.from_der(CHECKPOINT.public).sign(MESSAGE),
        lambda: Ed25519.from_der(CHECKPOINT.public).raw,
    ],
)
def test_what_cannot_be_is_refused_and_disturbs_nothing(use: Callable[[], object]) -> None:
    with pytest.raises(CryptoError):
        use()
    assert RECORD.verifies(RECORD.sign(DIGEST), DIGEST)
    assert CHECKPOINT.verifies(CHECKPOINT.sign(MESSAGE), MESSAGE)


@given(st.binary(max_size=100))
def test_no_bytes_are_a_signature(bytes_: bytes) -> None:
    assert not RECORD.verifies(bytes_, DIGEST)
    assert not CHECKPOINT.verifies(bytes_, MESSAGE)


@given(st.integers(0, 63), st.integers(1, 255))
def test_a_changed_byte_is_seen(place: int, change: int) -> None:
    for key, message in ((RECORD, DIGEST), (CHECKPOINT, MESSAGE)):
        signature = bytearray(key.sign(message))
        signature[place] ^= change
        assert not key.verifies(bytes(signature), message)


@given(st.binary(max_size=200), st.integers(0, 90), st.integers(0, 255))
def test_no_bytes_bring_the_library_down(bytes_: bytes, place: int, value: int) -> None:
    spoilt = bytearray(RECORD.public)
    spoilt[place] = value
    for der in (bytes_, bytes(spoilt)):
        try:
            P256.from_der(der).verifies(bytes_, DIGEST)
        except CryptoError as problem:
            assert str(problem)


def test_a_digest_of_another_length_is_no_record() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    ours = P256.from_der(key.public_key().public_bytes(*DER))
    assert not ours.verifies(key.sign(MESSAGE, ec.ECDSA(SHA384())), DIGEST)
