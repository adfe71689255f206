"""What proves an archive's records from outside them: keys, checkpoints, what came before."""

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from pos_terminal.archive.source import ReadOnlySource, Span
from pos_terminal.journal.merkle import Frontier


def as_line(value: object) -> str:
    """A JSON value on a line."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n"


def as_page(value: object) -> bytes:
    """A JSON value for people to read, too."""
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


class Evidence:
    """The evidence for a span of records."""

    def __init__(self, source: ReadOnlySource, span: Span) -> None:
        self._source = source
        self._span = span

    def write(self, folder: Path) -> None:
        """keys.json, and the checkpoints and cosignatures that attest records of the span."""
        (folder / "keys.json").write_bytes(as_page(list(self._keys())))
        with (folder / "checkpoints.jsonl").open("w", encoding="utf-8", newline="") as file:
            for size, body, sig in self._source.checkpoints(self._span):
                file.write(as_line({"size": size, "body": body.decode(), "sig": sig.hex()}))
        with (folder / "cosignatures.jsonl").open("w", encoding="utf-8", newline="") as file:
            for size, witness, body, sig, at in self._source.cosignatures(self._span):
                said = {"size": size, "witness": witness, "body": body.decode(), "at": at}
                file.write(as_line({**said, "sig": sig.hex()}))

    def _keys(self) -> Iterator[dict[str, Any]]:
        """Each record that brought keys into force, and its signature: all from record 1 on."""
        for row in self._source.key_records():
            sig = row.sig.hex() if row.sig else None
            yield {"seq": row.seq, "kind": row.kind, "record": row.rec.decode(), "sig": sig}

    def opening(self) -> dict[str, Any] | None:
        """What stood before the first record: the record or, once purged, its checkpoint."""
        before = self._span.first - 1
        if not before:
            return None
        tree = Frontier()
        for digest in islice(self._source.hashes(before), before):
            tree = tree.append(digest)
        place = Span(before, before)
        row = next(self._source.rows(place))
        opening: dict[str, Any] = {
            "record": row.rec.decode(),
            "peaks": [peak.hex() for peak in tree.peaks],
        }
        if not row.rec:
            [(_, body, sig)] = self._source.checkpoints(place)
            opening |= {"checkpoint": body.decode(), "sig": sig.hex()}
        return opening
