"""What the till's keys must have signed, by the library `cryptography`."""

from functools import lru_cache
from typing import Any
from urllib.parse import quote

from pos_terminal.archive.verifier.contents import parsed
from pos_terminal.archive.verifier.library import (
    SIGNATURES,
    InvalidSignature,
    ec,
    ed25519,
    hashes,
    serialization,
)
from pos_terminal.verifier.chain import leaf
from pos_terminal.verifier.keys import Lineage
from pos_terminal.verifier.messages import Bad

ED25519 = "302a300506032b6570032100"
"""What stands before such a key in its DER (RFC 8410, section 4)."""


@lru_cache(maxsize=16)
def public_key(der: str) -> object:
    """The key that these hex digits are."""
    return serialization.load_der_public_key(bytes.fromhex(der))


def signed_by(public: str, signature: bytes, content: bytes, *, checkpoint: bool = False) -> bool:
    """Whether the key (DER in hex) signed that; true without the library, which is said loudly."""
    if not SIGNATURES:
        return True
    try:
        key = public_key(public)
        if checkpoint and isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, content)
            return True
        if not checkpoint and isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, content, ec.ECDSA(hashes.SHA256()))
            return isinstance(key.curve, ec.SECP256R1)
    except (InvalidSignature, ValueError):
        return False
    return False


def seen_by(public: str, signature: bytes, content: bytes) -> bool:
    """Whether a witness's raw key (hex) signed that."""
    return signed_by(ED25519 + public, signature, content, checkpoint=True)


class Keys(Lineage):
    """The keys' history, as keys.json has the records that brought them."""

    def __init__(self, entries: list[dict[str, Any]], manifest: dict[str, Any]) -> None:
        super().__init__(signed_by)
        first, last = manifest["first"], manifest["last"]
        self.records: dict[int, bytes] = {}
        self.first, self.origin = b"", ""
        for entry in entries:
            rec = entry["record"].encode()
            record = parsed(rec, "keys.json")
            if record["seq"] == 1:
                store, till = (quote(record[word], safe="") for word in ("store", "terminal"))
                self.first = leaf(rec)
                self.origin = f"pos-terminal/{store}/{till}/{self.first.hex()[:16]}"
            self.follow(record["seq"], record["kind"], record["body"], rec, entry["sig"])
            if first <= record["seq"] <= last:
                self.records[record["seq"]] = rec
        if not self.history:
            raise Bad("nobody")

    def sealed(self, size: int, body: str, sig: str) -> bool:
        """Whether the key in force behind record `size` signed that checkpoint."""
        # By the record that brought it: keys that replace lost ones sign their own record already.
        public = [key["checkpoint_key"] for seq, key in self.brought if seq <= size][-1:]
        signature = bytes.fromhex(sig)
        return bool(public) and signed_by(public[0], signature, body.encode(), checkpoint=True)

    def check(self, seq: int, record: dict[str, Any], rec: bytes, sig: str | None) -> None:
        """Bad where the record is not signed by the key in force."""
        if record["kind"].startswith("key.") and self.records.pop(seq, None) != rec:
            raise Bad("hidden", seq=seq)
        if not sig:
            raise Bad("unsigned", seq=seq)
        if not signed_by(self.at(seq)["record_key"], bytes.fromhex(sig), rec):
            raise Bad("forged", seq=seq)
