"""To whom the invoices were made out: sealed, and opened where whoever checks has the keys."""

from typing import Any

from pos_terminal.archive.verifier.contents import Contents, parsed
from pos_terminal.archive.verifier.library import AESGCM, SIGNATURES, InvalidTag
from pos_terminal.verifier.messages import Bad, say

NONCE = 12
"""Bytes before what is sealed (AES-256-GCM)."""


class Customers:
    """Holds the sealed customers to the invoices' records."""

    def __init__(self, contents: Contents) -> None:
        self._lines = contents.lines("customers.jsonl")
        self._keys: dict[str, str] | None = None
        self.count = self.gone = 0
        self.opened: list[str] = []

    def unlock(self, keys: bytes) -> None:
        """Open them with the keys of that file, if there is one."""
        if keys:
            self._keys = parsed(keys, "--customers")["keys"]

    def take(self, seq: int, record: dict[str, Any]) -> None:
        """A record: an invoice's customer comes next, and is the one that it names."""
        if record["kind"] != "invoice.made":
            return
        body, line = record["body"], next(self._lines, dict[str, Any]())
        named = [body["person"], body["details"]]
        if [line.get("seq"), line.get("person"), line.get("details")] != [seq, *named]:
            raise Bad("customer", seq=seq)
        if not line["sealed"]:
            self.gone += 1
            return
        label = line["label"].encode()
        if parsed(label, "customers.jsonl")[:2] != named:
            raise Bad("customer", seq=seq)
        self.count += 1
        if self._keys is not None and SIGNATURES:
            number = f"{body['series']} {body['number']}"
            who = self._open(seq, bytes.fromhex(line["sealed"]), label)
            self.opened.append(say("opened", number, seq, who))

    def finish(self) -> None:
        """No line may be left."""
        if next(self._lines, None):
            raise Bad("rows", "customers.jsonl")

    def _open(self, seq: int, sealed: bytes, label: bytes) -> str:
        try:
            key = AESGCM(bytes.fromhex((self._keys or {}).get(str(seq), "")))
            text = key.decrypt(sealed[:NONCE], sealed[NONCE:], label)
        except (InvalidTag, ValueError):
            raise Bad("locked", seq=seq) from None
        data = parsed(text, "customers.jsonl")["data"]
        said = (data.get(name) for name in ("name", "address", "siret", "vat"))
        return ", ".join(each for each in said if each)
