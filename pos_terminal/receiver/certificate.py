"""When the receiver's own certificate ends."""

from pathlib import Path

from cryptography import x509

from pos_terminal.domain.health.incidents import SECOND


def end_of(chain: Path) -> int:
    """The end (µs UTC) of the first certificate in a file of PEM: the server's own, before those of
    its authorities. OSError where it cannot be read.
    """
    own, *_ = x509.load_pem_x509_certificates(chain.read_bytes())
    return round(own.not_valid_after_utc.timestamp()) * SECOND
