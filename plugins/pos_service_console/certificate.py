"""The box's own certificate: `python -m pos_service_console.certificate NAME...` prints it as JSON.

A process of its own, since what makes certificates takes more memory than all pages. The authority
signs one certificate, may sign for these names alone (RFC 5280, section 4.2.1.10), and its key is
gone with this process: whoever trusts it on a phone trusts this box, and nothing else.
"""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from msgspec import Struct

from pos_service_console.settings import is_address

DAYS = 397
"""Days of a certificate: browsers take none that lasts longer than 398."""

EARLY = timedelta(days=1)
"""A phone's clock may be behind."""


class Made(Struct, frozen=True):
    """A certificate's private key, itself and its authority's (PEM), and its end (µs UTC)."""

    key: str
    leaf: str
    authority: str
    until: int


def make(names: Sequence[str], now: datetime) -> Made:
    """An authority for these names, and the one certificate that it signs."""
    begin, end = now - EARLY, now + timedelta(days=DAYS) - EARLY
    above, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = _name(f"Caisse {names[0]}, autorité du {now:%Y-%m-%d}")
    authority = (
        _begun(issuer, issuer, above.public_key(), begin, end)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(_constraints(names), critical=True)
        .sign(above, SHA256())
    )
    leaf = (
        _begun(_name(names[0]), issuer, key.public_key(), begin, end)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(list(map(_general, names))), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(above.public_key()), critical=False
        )
        .sign(above, SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    shown, above_it = (each.public_bytes(Encoding.PEM).decode() for each in (leaf, authority))
    return Made(private, shown, above_it, round(end.timestamp() * 1e6))


def _begun(
    subject: x509.Name,
    issuer: x509.Name,
    public: ec.EllipticCurvePublicKey,
    begin: datetime,
    end: datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text[:64])])


def _general(name: str) -> x509.GeneralName:
    return x509.IPAddress(ip_address(name)) if is_address(name) else x509.DNSName(name)


def _constraints(names: Sequence[str]) -> x509.NameConstraints:
    """These names and no other. A kind of which there is none has to be shut expressly."""
    dns = [x509.DNSName(name) for name in names if not is_address(name)]
    networks = [x509.IPAddress(IPv4Network(name)) for name in names if is_address(name)]
    shut = [x509.IPAddress(IPv6Network("::/0"))]
    if not networks:
        shut.append(x509.IPAddress(IPv4Network("0.0.0.0/0")))
    nobody = x509.DNSName("invalid")  # RFC 6761, section 6.4: never anybody's
    return x509.NameConstraints([*(dns or [nobody]), *networks], shut)


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs, key_cert_sign=signs, crl_sign=False, content_commitment=False,
        key_encipherment=False, data_encipherment=False, key_agreement=False,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip


if __name__ == "__main__":
    sys.stdout.buffer.write(msgspec.json.encode(make(sys.argv[1:], datetime.now(UTC))))
