"""Vérifie une archive de caisse : python3 verify.py ARCHIVE.zip (ou le dossier décompressé).

Checks an archive of a till, without the program that made it. Python 3.10 or later; signatures need
the library `cryptography` (pip install cryptography). Exit status: 0 all is right, 1 something is
wrong, 2 wrong usage, 3 all that could be checked is right, but signatures were not checked.
"""

import argparse
import csv
import hashlib
import json
import sys
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from pos_terminal.archive.verifier.contents import Contents, parsed
from pos_terminal.archive.verifier.customers import Customers
from pos_terminal.archive.verifier.keys import Keys
from pos_terminal.archive.verifier.ledger import Ledger
from pos_terminal.archive.verifier.library import INSTALL, SIGNATURES
from pos_terminal.archive.verifier.tables import TABLES, Tables
from pos_terminal.archive.verifier.witnesses import Witnesses
from pos_terminal.verifier.books import Books
from pos_terminal.verifier.chain import NOTHING, Chain, folded, grow, leaf
from pos_terminal.verifier.core import SPOILT, Core
from pos_terminal.verifier.messages import LANGUAGE, Bad, say
from pos_terminal.verifier.technical import euros

SHORTEST = 8
"""Digits of a hash that name a record; tickets have sixteen."""

FORMAT, VERSION = "pos-terminal-archive", 1


EVERY = 256
SEALED = frozenset({
    "period.closed", "archive.purged", "key.made", "key.rotated", "key.replaced", "till.stopped",
    "till.handed_over",
})  # fmt: skip
"""Behind so many records, and behind each of these kinds, there is a checkpoint."""


def perpetual(checkpoint: dict[str, Any]) -> dict[str, int]:
    """The totals that a checkpoint says."""
    book = checkpoint["state"]["book"]
    return {"net": book["net"], "abs": book["absolute"]}


class Checkpoints:
    """Holds each checkpoint to the records up to it: tree, head, perpetual totals, signature."""

    def __init__(self, contents: Contents, keys: Keys) -> None:
        self._coming = contents.lines("checkpoints.jsonl")
        self._next = next(self._coming, None)
        self._keys = keys
        self.count = 0
        self.company: dict[str, Any] | None = None

    def take(self, record: dict[str, Any], head: bytes, peaks: list[bytes], books: Books) -> None:
        """This record is the last one now: check what was attested then."""
        seq, kind, before = record["seq"], record["kind"], self.count
        if kind == "company.identified":
            self.company = record["body"]
        while self._next is not None and self._next["size"] <= seq:
            body = parsed(self._next["body"].encode(), "checkpoints.jsonl")
            facts = (body["size"], body["root"], body["head"], perpetual(body))
            if facts != (seq, folded(peaks).hex(), head.hex(), books.total):
                raise Bad("checkpoint", seq=seq)
            if not self._keys.sealed(seq, self._next["body"], self._next["sig"]):
                raise Bad("seal", seq=seq)
            # Whose till it is: a checkpoint says so of records before the archive, too.
            before_it, self.company = self.company, body["state"]["setup"].get("company")
            if before_it and before_it != self.company:
                raise Bad("checkpoint", seq=seq)
            self.count += 1
            self._next = next(self._coming, None)
        if self.count == before and (seq % EVERY == 0 or kind in SEALED):
            raise Bad("unsealed", seq=seq)

    def finish(self) -> None:
        """None may be left."""
        if self._next is not None:
            raise Bad("orphan")


NEEDED = (
    *TABLES, "LISEZMOI.txt", "accounts.json", "checkpoints.jsonl", "cosignatures.jsonl",
    "customers.jsonl", "fec.txt", "keys.json", "records.jsonl", "signatures.jsonl", "verify.py",
)  # fmt: skip
"""What every archive has: that one is missing is a finding, whatever the manifest says."""


class Texts:
    """Catalogues, promotions and settings: what a record names must be there, and be that text."""

    def __init__(self, files: list[dict[str, Any]]) -> None:
        self._there = {NOTHING_NAMED, ""}
        for entry in files:
            name, _, digest = entry["name"].partition(TEXT)
            if not name and digest != entry["sha256"]:
                raise Bad("changed", entry["name"])
            if not name:
                self._there.add(digest)

    def take(self, seq: int, record: dict[str, Any]) -> None:
        """A record: the texts that were in force by it."""
        for field in NAMING.get(record["kind"], ()):
            if record["body"][field] not in self._there:
                raise Bad("text", record["body"][field], seq=seq)


TEXT = "text-"
NOTHING_NAMED = hashlib.sha256(b"").hexdigest()
NAMING = {
    "till.started": ("configuration", "catalog", "promotions"),
    "configuration.changed": ("after",), "catalog.changed": ("catalog",),
    "promotions.changed": ("promotions",), "sale.opened": ("catalog",),
}  # fmt: skip
"""By kind of record, the fields that name a text by its SHA-256."""


class Asked(NamedTuple):
    """What whoever checks has from elsewhere: a key's id, or how it begins; a record's number and
    hash, as on a Z; the codes at the foot of tickets; stamping authorities; the customers' keys."""

    key: str = ""
    head: str = ""
    tickets: Iterable[str] = ()
    tsa: bytes = b""
    customers: bytes = b""


class Check:
    """The whole examination, step by step."""

    def __init__(self, path: Path) -> None:
        self.contents = Contents(path)
        if "manifest.json" not in self.contents.names:
            raise Bad("foreign")
        self.manifest: dict[str, Any] = self.contents.json("manifest.json")
        if self.manifest["format"] != FORMAT or self.manifest["v"] != VERSION:
            raise Bad("newer" if self.manifest["format"] == FORMAT else "foreign")
        self.first, self.last = self.manifest["first"], self.manifest["last"]
        self.keys = Keys(self.contents.json("keys.json"), self.manifest)
        self.books = Books(None)
        self.texts = Texts(self.manifest["files"])
        self.checkpoints = Checkpoints(self.contents, self.keys)
        self.witnesses = Witnesses(self.contents, self.keys)
        self.customers = Customers(self.contents)
        self.printed, self.paper = dict[int, str](), (0, "")
        self.proven: list[str] = []

    def known(self, key: str, head: str, tickets: Iterable[str]) -> None:
        """What somebody knows from elsewhere, a printed Z above all, must be in the archive."""
        for code in tickets:
            words = code.replace("#", " ").split()
            if len(words) < 2 or not words[0].isdecimal() or len(words[1]) < SHORTEST:
                raise Bad("no ticket", code)
            self.printed[int(words[0])] = words[1].lower()
        ids = self.keys.vouching()
        if key and not any(len(key) >= 12 and each.startswith(key) for each in ids):
            raise Bad("stranger", key)
        if head:
            words = [word for word in head.split() if word != "POSJ1"]
            if len(words) < 2 or not words[0].isdecimal():
                raise Bad("paper", head)
            self.paper = (int(words[0]), words[1])

    def files(self) -> None:
        """Every file is the one that the manifest names, and there is no other."""
        listed = {entry["name"]: entry for entry in self.manifest["files"]}
        known = {*listed, "manifest.json", "manifest.sig"}
        for name in self.contents.names:
            if name not in known:
                raise Bad("extra", name)
        for name in NEEDED:
            if name not in listed:
                raise Bad("missing", name)
        for name, entry in listed.items():
            made, size = hashlib.sha256(), 0
            with self.contents.open(name) as file:
                while chunk := file.read(1 << 20):
                    made.update(chunk)
                    size += len(chunk)
            if (size, made.hexdigest()) != (entry["size"], entry["sha256"]):
                raise Bad("changed", name)
        if "manifest.sig" not in self.contents.names:
            return  # said at the end: what else is wrong tells more
        content = self.contents.whole("manifest.json").decode()
        if not self.keys.sealed(sys.maxsize, content, self.contents.json("manifest.sig")):
            raise Bad("mark")

    def records(self) -> None:
        """Every record follows the one before it, is signed, and adds up."""
        head, peaks, before = NOTHING, list[bytes](), None
        if self.first > 1:
            head, before = self._opening(self.manifest["opening"])
            peaks = [*map(bytes.fromhex, self.manifest["opening"]["peaks"])]
        whose = tuple(self.manifest[name] for name in ("store", "terminal", "sim"))
        chain = Chain(self.first - 1, head)
        read, signed = partial(parsed, name="records.jsonl"), self.keys.check
        core = Core(read, canonical, chain, before=before, whose=whose, signed=signed)
        self.books = core.books
        beside = (self.texts, self.customers, Tables(self.contents), Ledger(self.contents))
        signatures = self.contents.lines("signatures.jsonl")
        seq, paper, at = self.first - 1, self.paper, ""
        for seq, line in enumerate(self.contents.raw("records.jsonl"), self.first):
            rec = line[:-1]
            attested: dict[str, Any] = next(signatures, {})
            stored = attested.get("hash", "") if attested.get("seq") == seq else ""
            try:
                record = core.follow(seq, rec, bytes.fromhex(stored), attested.get("sig"))
                head = core.chain.head
                for part in beside:
                    part.take(seq, record)
                grow(peaks, seq - 1, head)
                self.checkpoints.take(record, head, peaks, self.books)
                self.witnesses.take(seq, head, peaks)
                if seq in self.printed:
                    self._prove(record, head, self.printed.pop(seq))
            except Bad as bad:
                raise bad.since(at) from bad.__cause__
            at = record["at"]
            if paper == (seq, head.hex()):
                paper = (0, "")
            bar(seq - self.first + 1, self.last - self.first + 1)
        if paper[0]:
            raise Bad("paper", *paper)
        for missing, digits in self.printed.items():
            raise Bad("absent", missing, digits)
        for file in (*beside[1:], self.checkpoints, self.witnesses):
            file.finish()
        for missing in self.keys.records:
            raise Bad("hidden", seq=missing)
        end = (seq, head.hex(), self.books.total, self.books.numbers)
        if end != tuple(self.manifest[name] for name in ("last", "head", "total", "tickets")):
            raise Bad("end")

    def _opening(self, opening: dict[str, Any]) -> tuple[bytes, dict[str, Any]]:
        """The hash and the totals before the first record, by that record or its checkpoint."""
        if opening["record"]:
            rec = opening["record"].encode()
            return leaf(rec), parsed(rec, "manifest.json")
        body = parsed(opening["checkpoint"].encode(), "manifest.json")
        if not self.keys.sealed(self.first - 1, opening["checkpoint"], opening["sig"]):
            raise Bad("seal", seq=self.first - 1)
        before = {"total": perpetual(body), "counts": body["state"]["counts"]}
        return bytes.fromhex(body["head"]), before

    def _prove(self, record: dict[str, Any], head: bytes, digits: str) -> None:
        """That a printed ticket is of this record, for whoever compares the two."""
        body, seq = record["body"], record["seq"]
        if record["kind"] != "sale.closed" or not head.hex().startswith(digits):
            raise Bad("other", digits, seq=seq)
        series = "F" if body["series"] == "F" else ""
        number = f"{record['terminal']}-{series}{body['number']:06d}"  # as the paper says it
        self.proven.append(say("proven", number, record["at"][:16], euros(body["total"]), seq))

    def found(self) -> Iterator[str]:
        """What was found right."""
        m, signed = self.manifest, self.last - self.first + 1
        mark = " - SIMULATION" if m["sim"] else ""
        yield say("whose", m["store"], m["terminal"], self.first, self.last, mark)
        if self.checkpoints.company:
            whose = (self.checkpoints.company[name] for name in ("name", "siret", "vat", "naf"))
            yield say("company", *(each or "-" for each in whose))
        else:
            yield say("nobody's")
        for seq, key in self.keys.history:
            yield say("key", key["key"], seq)
        for seq, key in self.keys.replaced:
            lost = max(key["seen"] - key["after"], 0)
            yield say("went on", key["old"], seq, key["because"])
            if lost:
                yield say("lost", lost)
        yield from self.proven
        yield say("counted", self.books.tickets, self.books.closures, signed)
        for sha256, span in self.books.purges.archives.items():
            yield say("made", sha256, *span)
        if self.customers.count or self.customers.gone:
            yield say("sealed", self.customers.count, self.customers.gone)
        yield from self.customers.opened
        yield say("points", self.checkpoints.count, self.witnesses.count)
        if self.witnesses.count:
            yield say("attested", *self.witnesses.last)
        if self.witnesses.dated[0]:
            yield say("dated", *self.witnesses.dated)
        yield say("ends", euros(m["total"]["net"]), euros(m["total"]["abs"]), m["head"])


def canonical(record: Any) -> bytes:
    """The bytes that a record must have."""
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text.encode()


def bar(done: int, whole: int) -> None:
    """Shows how far it is, where somebody watches."""
    if (done % 1000 == 0 or done == whole) and sys.stderr.isatty():
        end = "\n" if done == whole else ""
        print(f"\r{100 * done // whole:3d} % {done}/{whole}", end=end, file=sys.stderr, flush=True)


def examine(path: Path, asked: Asked) -> Iterator[str]:
    """Check an archive, and say what was found; Bad where something is wrong."""
    check = Check(path)
    check.known(asked.key, asked.head, asked.tickets)
    check.witnesses.authorities = asked.tsa
    check.customers.unlock(asked.customers)
    check.files()
    check.records()
    yield from check.found()
    if "manifest.sig" not in check.contents.names:
        raise Bad("bare")
    if check.manifest["broken"]:
        raise Bad("broken", check.manifest["broken"])
    yield say("right") if SIGNATURES else say("unchecked", INSTALL)


def examined(path: Path, asked: Asked | None = None) -> tuple[int, list[str]]:
    """The exit status, and what is to be said, whatever that file is."""
    lines: list[str] = []
    try:
        for line in examine(path, asked or Asked()):
            lines.append(line)
    except Bad as error:
        found = str(error)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, zlib.error) as error:
        found = say("cut", error)
    except (*SPOILT, csv.Error, RuntimeError) as error:
        found = say("strange", repr(error))
    else:
        return 0 if SIGNATURES else 3, lines
    return 1, [*lines, found, say("remedy"), say("wrong")]


def main() -> int:
    """Check the archive named on the command line, or the folder that this file lies in."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive", type=Path, nargs="?", default=Path(sys.argv[0]).parent)
    parser.add_argument("--lang", choices=("fr", "en"), default="fr")
    parser.add_argument("--key", default="", help="a key's id, or how it begins: as on a Z")
    parser.add_argument("--head", default="", help="a record's number and hash: as on a Z")
    parser.add_argument("--ticket", action="append", default=[],
                        help="a ticket's code: a record's number and how its hash begins")
    parser.add_argument("--tsa", type=Path, metavar="CA.pem",
                        help="authorities, one of which must have stamped it (RFC 3161)")
    parser.add_argument("--customers", type=Path, metavar="KEYS.json",
                        help="the keys that open to whom invoices were made out")
    arguments = parser.parse_args()
    LANGUAGE[0] = arguments.lang
    tsa = arguments.tsa.read_bytes() if arguments.tsa else b""
    keys = arguments.customers.read_bytes() if arguments.customers else b""
    asked = Asked(arguments.key, arguments.head, arguments.ticket, tsa, keys)
    status, lines = examined(arguments.archive, asked)
    print(*lines, sep="\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
