"""The encrypted envelope against the library of the maker of the terminals that want it."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_driver_payments.frames.nexo_envelope import EnvelopeError, Key
from pos_driver_sim.card.nexo_envelope import PASSPHRASE, seal, unseal
from tests.support.node import javascript

MESSAGE = {
    "SaleToPOIRequest": {
        "MessageHeader": {
            "ProtocolVersion": "3.0", "MessageClass": "Service", "MessageCategory": "Payment",
            "MessageType": "Request", "ServiceID": "A000000001", "SaleID": "caisse-1",
            "POIID": "V400m-324688179",
        },
        "PaymentRequest": {"Note": "café crème"},
    }
}  # fmt: skip
KEY = Key.of(PASSPHRASE, "boutique", 1)
NONCE = bytes(range(16))


def test_the_makers_library_reads_and_writes_our_envelope() -> None:
    """And so does the simulated terminal, which shares no line with either."""
    plain = json.dumps(MESSAGE, ensure_ascii=False).encode()
    sealed = json.loads(KEY.seal(plain, NONCE))["SaleToPOIRequest"]
    script = f"""
        const key = {{ AdyenCryptoVersion: 1, KeyIdentifier: 'boutique', KeyVersion: 1,
                       Passphrase: {json.dumps(PASSPHRASE)} }};
        const Crypto = library.default || library;
        const box = new Crypto(key);
        const text = box.decrypt({json.dumps(sealed)}, key);
        const made = Crypto.encrypt({json.dumps(MESSAGE["SaleToPOIRequest"]["MessageHeader"])},
                                    text, key);
        return {{ text: text, made: made }};
    """
    found = javascript("@adyen/api-library/lib/src/security/nexoCrypto", script)
    assert json.loads(found["text"]) == MESSAGE
    theirs = json.dumps({"SaleToPOIRequest": found["made"]}).encode()
    assert json.loads(KEY.open(theirs)) == MESSAGE
    assert json.loads(unseal(theirs)) == MESSAGE
    assert json.loads(KEY.open(seal(plain))) == MESSAGE
    assert json.loads(unseal(KEY.seal(plain, NONCE))) == MESSAGE


def test_whatever_is_changed_in_an_envelope_is_refused() -> None:
    plain = json.dumps(MESSAGE).encode()
    sealed = json.loads(KEY.seal(plain, NONCE))
    with pytest.raises(EnvelopeError):
        Key.of("an other passphrase", "boutique", 1).open(json.dumps(sealed).encode())
    for part in ("NexoBlob", "Nonce", "Hmac"):
        whole = json.loads(json.dumps(sealed))
        parts = whole["SaleToPOIRequest"]
        place = parts if part == "NexoBlob" else parts["SecurityTrailer"]
        raw = bytearray(base64.b64decode(place[part]))
        for at in range(len(raw)):
            for bit in (1, 0x80):
                raw[at] ^= bit
                place[part] = base64.b64encode(raw).decode()
                with pytest.raises(EnvelopeError):
                    KEY.open(json.dumps(whole).encode())
                raw[at] ^= bit


PLAIN = json.dumps(MESSAGE).encode()
WHOLE = KEY.seal(PLAIN, NONCE)
HEADER = json.dumps(MESSAGE["SaleToPOIRequest"]["MessageHeader"]).encode()


def opened(data: bytes) -> bytes | None:
    """What is in it; None where it is refused. Anything else fails the test."""
    try:
        return KEY.open(data)
    except EnvelopeError:
        return None


@given(at=st.integers(0, len(WHOLE)), gone=st.integers(0, 40), put=st.binary(max_size=60))
def test_whatever_is_put_into_an_envelope_it_is_refused_or_what_was_sealed(
    at: int, gone: int, put: bytes
) -> None:
    assert opened(WHOLE[:at] + put + WHOLE[at + gone :]) in (None, PLAIN)


@given(
    st.binary(max_size=60)
    | st.sampled_from((b'{"a":1e999}', b'"\xff"', b'"\\ud800"', b"9" * 400, b"[" * 10**5))
)
def test_whatever_stands_around_a_sealed_message_as_its_header_is_refused(header: bytes) -> None:
    assert HEADER in WHOLE
    assert opened(WHOLE.replace(HEADER, header, 1)) is None


def test_a_message_with_another_ones_header_around_it_is_refused() -> None:
    """Only what is inside is authentic: the outer header is anybody's."""
    sealed = json.loads(KEY.seal(json.dumps(MESSAGE).encode(), NONCE))
    sealed["SaleToPOIRequest"]["MessageHeader"]["ServiceID"] = "A000000002"
    with pytest.raises(EnvelopeError):
        KEY.open(json.dumps(sealed).encode())
    for noise in (b"", b"{}", b"[]", b"null", b'{"a":{"MessageHeader":{}}}', b"\xff"):
        with pytest.raises(EnvelopeError):
            KEY.open(noise)
