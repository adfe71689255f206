"""Time stamps (RFC 3161): a stranger's word that a checkpoint stood there, read from its DER.

A token is CMS signed data (RFC 5652) around what was stamped and when. It is right where it is of
this checkpoint, where its signature is that of the certificate in it, which may stamp, and, with
authorities named, where that certificate leads to one of them as of the stamp's own time.
"""

import hashlib
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

from pos_terminal.archive.verifier.library import (
    ExtendedKeyUsageOID,
    InvalidSignature,
    UnsupportedAlgorithm,
    ec,
    hashes,
    padding,
    rsa,
    serialization,
    x509,
)
from pos_terminal.verifier.core import SPOILT
from pos_terminal.verifier.messages import say

DIGESTS = {
    "608648016503040201": "sha256", "608648016503040202": "sha384", "608648016503040203": "sha512",
}  # fmt: skip
"""Object identifiers of digests, 2.16.840.1.101.3.4.2.x, in hex (RFC 5754)."""

CONTENT_TYPE, MESSAGE_DIGEST = "2a864886f70d010903", "2a864886f70d010904"
"""1.2.840.113549.1.9.3 and .4 (RFC 5652, 11.1 and 11.2)."""

STAMPED = bytes.fromhex("2a864886f70d0109100104")
"""1.2.840.113549.1.9.16.1.4: what is signed is a time stamp (RFC 3161, 2.4.2)."""

SIGNED_BY = {"2a864886f70d010910020c": "sha1", "2a864886f70d010910022f": "sha256"}
"""1.2.840.113549.1.9.16.2.12 and .47: which certificate signed, by its digest (RFC 5035)."""

PSS = "2a864886f70d01010a"
"""1.2.840.113549.1.1.10 (RFC 4056)."""


class NoStamp(ValueError):
    """It is no time stamp of that, or nobody's that counts."""


def values(content: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """The DER values in these bytes: tag, content, and the whole of each."""
    at = 0
    while at < len(content):
        tag, length, start = content[at], content[at + 1], at + 2
        if length & 0x80:
            count = length & 0x7F
            length, start = int.from_bytes(content[start : start + count], "big"), start + count
        end = start + length
        if end > len(content):
            raise NoStamp(say("stamp cut"))
        yield tag, content[start:end], content[at:end]
        at = end


def inside(content: bytes) -> list[bytes]:
    """The contents of the values in these bytes."""
    return [each for _, each, _ in values(content)]


def digest_of(algorithm: bytes) -> str:
    """The name of a digest algorithm; NoStamp for one that is not taken."""
    name = DIGESTS.get(inside(algorithm)[0].hex())
    if name is None:
        raise NoStamp(say("stamp digest"))
    return name


class Stamp:
    """A time stamp, taken apart."""

    def __init__(self, token: bytes) -> None:
        ((_, content, _),) = values(token)
        signed = [*values(inside(inside(content)[1])[0])]
        self._kind, held = inside(signed[2][1])
        self._info = inside(held)[0]
        self._certificates = [whole for tag, part, _ in signed[3:-1] if tag == 0xA0
                              for _, _, whole in values(part)]  # fmt: skip
        self._signer = [*values(inside(signed[-1][1])[0])]
        told = inside(inside(self._info)[0])
        self.imprint, plain = inside(told[2]), told[4].decode().rstrip("Z").partition(".")[0]
        utc = timezone.utc  # noqa: UP017 (Python 3.10)
        self.time = datetime.strptime(plain, "%Y%m%d%H%M%S").replace(tzinfo=utc)

    def check(self, text: bytes, authorities: "list[Any]") -> datetime:
        """Its time; NoStamp where it is not of that text, or not rightly signed."""
        if self.imprint[1] != hashlib.new(digest_of(self.imprint[0]), text).digest():
            raise NoStamp(say("stamp other"))
        attributes = next(content for tag, content, _ in self._signer if tag == 0xA0)
        name = digest_of(self._signer[2][1])
        hashed = hashlib.new(name, self._info).digest()
        said = {inside(each)[0].hex(): inside(inside(each)[1]) for each in inside(attributes)}
        # A certificate that may stamp may have signed something else, too.
        kinds = (said.get(CONTENT_TYPE), self._kind)
        if said.get(MESSAGE_DIGEST) != [hashed] or kinds != ([STAMPED], STAMPED):
            raise NoStamp(say("stamp signs other"))
        # Signed as a SET, and kept under another tag (RFC 5652, 5.4).
        (_, _, whole) = next(each for each in self._signer if each[0] == 0xA0)
        signer = self._signed_by(b"\x31" + whole[1:], name, authorities)
        if not names(said, signer):
            raise NoStamp(say("stamp nobody"))
        return self.time

    def _signed_by(self, message: bytes, name: str, authorities: "list[Any]") -> bytes:
        """The certificate that signed it, DER."""
        known = [x509.load_der_x509_certificate(each) for each in self._certificates]
        signature = next(content for tag, content, _ in self._signer if tag == 0x04)
        serial = int.from_bytes(inside(self._signer[1][1])[1], "big")
        signer = next((each for each in known if each.serial_number == serial), None)
        if signer is None or not may_stamp(signer):
            raise NoStamp(say("stamp nobody"))
        key, digest = signer.public_key(), getattr(hashes, name.upper())()
        try:
            if isinstance(key, rsa.RSAPublicKey):
                key.verify(signature, message, self._padding(digest), digest)
            elif isinstance(key, ec.EllipticCurvePublicKey):
                key.verify(signature, message, ec.ECDSA(digest))
            else:
                raise NoStamp(say("stamp key"))
        except InvalidSignature:
            raise NoStamp(say("stamp forged")) from None
        if authorities and not leads(signer, [*known, *authorities], authorities, self.time):
            raise NoStamp(say("stamp stranger"))
        return signer.public_bytes(serialization.Encoding.DER)

    def _padding(self, digest: "Any") -> "Any":
        """How an RSA signature is padded: its algorithm stands before it."""
        before = [content for tag, content, _ in self._signer if tag == 0x30][-1]
        if inside(before)[0].hex() == PSS:
            return padding.PSS(padding.MGF1(digest), padding.PSS.AUTO)
        return padding.PKCS1v15()


def names(said: "dict[str, list[bytes]]", certificate: bytes) -> bool:
    """Whether what was signed says that it was signed by that certificate, and no other."""
    kind = next((each for each in SIGNED_BY if each in said), None)
    if kind is None:
        return False
    first = [*values(inside(inside(said[kind][0])[0])[0])]
    # An algorithm stands first where it is another than the usual one.
    digest = digest_of(first[0][1]) if first[0][0] == 0x30 else SIGNED_BY[kind]
    hashed = next(content for tag, content, _ in first if tag == 0x04)
    return hashed == hashlib.new(digest, certificate).digest()


def may_stamp(certificate: "Any") -> bool:
    """Whether it was made for time stamps and for nothing else (RFC 3161, 2.3)."""
    try:
        uses = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        return False
    return uses.critical and [*uses.value] == [ExtendedKeyUsageOID.TIME_STAMPING]


def leads(one: "Any", known: "list[Any]", authorities: "list[Any]", at: datetime) -> bool:
    """Whether a certificate, held good at that time, leads to an authority."""
    reached, left = [one], [*known]
    for each in reached:  # which grows, and has none twice
        if not each.not_valid_before_utc <= at <= each.not_valid_after_utc:
            continue
        if each in authorities:
            return True
        above = [other for other in left if other.subject == each.issuer and vouches(other, each)]
        reached += above
        left = [other for other in left if other not in above]
    return False


def vouches(issuer: "Any", certificate: "Any") -> bool:
    """Whether that authority signed the certificate."""
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    try:
        return bool(issuer.extensions.get_extension_for_class(x509.BasicConstraints).value.ca)
    except x509.ExtensionNotFound:
        return False


def stamped(token: bytes, text: bytes, authorities: bytes) -> datetime:
    """When that text was stamped; NoStamp where it was not. `authorities` are PEM certificates."""
    try:
        named = x509.load_pem_x509_certificates(authorities) if authorities else []
        return Stamp(token).check(text, named)
    except NoStamp:
        raise
    except (
        *SPOILT, StopIteration, UnsupportedAlgorithm, x509.DuplicateExtension, x509.InvalidVersion,
        x509.UnsupportedGeneralNameType,
    ) as error:  # what comes of a bit that flipped, some of it the library's own  # fmt: skip
        raise NoStamp(say("stamp none", repr(error))) from error
