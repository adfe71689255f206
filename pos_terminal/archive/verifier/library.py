"""The library `cryptography`, where it is installed: without it no signature is checked."""

# mypy: implicit-reexport
# ruff: noqa: F401 (the other parts take them from here)
try:
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature, InvalidTag, UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.x509.oid import ExtendedKeyUsageOID
except ImportError:
    SIGNATURES = False
else:
    SIGNATURES = True

INSTALL = "python3 -m pip install cryptography"
