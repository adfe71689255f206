"""Our AES-256-GCM against the package `cryptography`, and against its inventors' vectors."""

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from pos_terminal.crypto.gcm import KEY, NONCE, TAG, seal, unseal
from pos_terminal.crypto.library import CryptoError

keys, nonces = st.binary(min_size=KEY, max_size=KEY), st.binary(min_size=NONCE, max_size=NONCE)


@given(keys, nonces, st.binary(max_size=300), st.binary(max_size=60))
def test_both_seal_alike_and_open_each_other(
    key: bytes, nonce: bytes, content: bytes, label: bytes
) -> None:
    sealed = seal(key, nonce, content, label)
    assert sealed == AESGCM(key).encrypt(nonce, content, label)
    assert unseal(key, nonce, sealed, label) == content


def test_the_vectors_of_the_specification() -> None:
    """Cases 13 and 14 of McGrew and Viega, «The Galois/Counter Mode of Operation», appendix B."""
    zero = bytes(KEY), bytes(NONCE)
    assert seal(*zero, b"", b"").hex() == "530f8afbc74536b9a963b4f1c4cb738b"
    assert seal(*zero, bytes(16), b"").hex() == (
        "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"
    )


@given(st.integers(0, 40), st.integers(1, 255))
def test_whatever_is_changed_is_seen(place: int, change: int) -> None:
    parts = [
        b"k" * KEY,
        b"n" * NONCE,
        seal(b"k" * KEY, b"n" * NONCE, b"Mme Petit", b"name"),
        b"name",
    ]
    for number, part in enumerate(parts):
        spoilt = bytearray(part)
        spoilt[place % len(part)] ^= change
        with pytest.raises(CryptoError):
            unseal(*[*parts[:number], bytes(spoilt), *parts[number + 1 :]])


@pytest.mark.parametrize("cut", range(TAG + 2))
def test_what_is_cut_short_does_not_open(cut: int) -> None:
    sealed = seal(b"k" * KEY, b"n" * NONCE, b"Mme Petit", b"name")
    with pytest.raises(CryptoError):
        unseal(b"k" * KEY, b"n" * NONCE, sealed[:cut], b"name")


@pytest.mark.parametrize(("key", "nonce"), [(16, NONCE), (KEY, 16), (0, 0)])
def test_other_lengths_are_refused(key: int, nonce: int) -> None:
    with pytest.raises(CryptoError):
        seal(bytes(key), bytes(nonce), b"", b"")
