#!/usr/bin/env python3
"""Vérifie une archive de caisse : python3 verify.py ARCHIVE.zip (ou le dossier décompressé).

Checks an archive of a till, without the program that made it. Python 3.9 or later; signatures need
the library `cryptography` (pip install cryptography). Exit status: 0 all is right, 1 something is
wrong, 2 wrong usage, 3 all that could be checked is right, but signatures were not checked.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import json
import sys
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519
    from cryptography.hazmat.primitives.serialization import load_der_public_key
except ImportError:
    SIGNATURES = False
else:
    SIGNATURES = True

FORMAT, VERSION = "pos-terminal-archive", 1
NOTHING = bytes(32)
TRAINING = "F"
STEP = 1000

INSTALL = "python3 -m pip install cryptography"


SAID = dict(
    (key, (french, english))
    for key, french, english in (
        line.split("|")
        for line in """
path|{0} : ni un fichier ni un dossier|{0}: neither a file nor a folder
cut|le ZIP est tronqué ou abîmé : {0}|the ZIP is cut short or damaged: {0}
foreign|ce n'est pas une archive de caisse|this is no archive of a till
newer|archive plus récente : prenez son propre verify.py|a newer archive: take its own verify.py
missing|il manque le fichier {0}|the file {0} is missing
extra|{0} n'est pas au manifeste, ou y est deux fois|{0} is not in the manifest, or is twice
changed|{0} n'est pas le fichier archivé (empreinte)|{0} is not the file that was archived (hash)
unreadable|{0} est illisible : {1}|{0} is unreadable: {1}
strange|la structure du fichier est inattendue : {0}|the file's structure is unexpected: {0}
end|le manifeste annonce une autre fin du journal|the manifest tells another end of the journal
broken|l'archive a été faite d'un journal abîmé : {0}|it was made of a damaged journal: {0}
name|le nom de la clé n'est pas son empreinte|the key's name is not its hash
proof|la nouvelle clé n'a pas signé|the new key did not sign
nowhere|cette clé ne suit pas la précédente|this key does not follow the one before it
heir|la clé n'est pas signée par celle qui devait|the key is not signed by the one that had to
hidden|keys.json ne dit rien de cette clé|keys.json tells nothing of this key
early|signé alors qu'aucune clé n'était en vigueur|signed when no key was in force
unsigned|il n'est pas signé alors qu'une clé était en vigueur|not signed, though a key was in force
forged|sa signature n'est pas de la clé en vigueur|its signature is not of the key in force
link|il ne suit pas l'enregistrement précédent|it does not follow the record before it
hash|ses octets ne sont pas ceux de son empreinte|its bytes are not those of its hash
form|sa forme n'est pas canonique|its form is not canonical
till|il est d'une autre caisse|it is another till's
number|ticket {0} : son numéro ne suit pas|ticket {0}: not the next number
rates|ticket {0} : TVA et lignes diffèrent|ticket {0}: VAT and lines differ
paid|ticket {0} : lignes, total et paiements diffèrent|ticket {0}: lines, total and payments differ
total|ses totaux perpétuels ne sont pas ceux des tickets|its perpetual totals are not the tickets'
closure|clôture : son numéro ne suit pas|closure: not the next number
sums|clôture : elle n'est pas la somme des tickets|closure: it is not the sum of tickets
table|{0} dit {1} et l'enregistrement {2}|{0} says {1} and the record {2}
rows|{0} a des lignes en trop|{0} has too many rows
checkpoint|un point de contrôle dit autre chose|a checkpoint says otherwise
seal|un point de contrôle est mal signé|a checkpoint is wrongly signed
mark|le manifeste est mal signé|the manifest is wrongly signed
orphan|un point de contrôle sans enregistrement|a checkpoint without its record
whose|Magasin {0}, caisse {1}, écritures {2} à {3}{4}|Shop {0}, till {1}, records {2}-{3}{4}
key|Clé {0} en vigueur dès l'enregistrement {1}|Key {0} in force from record {1}
counted|{0} tickets, {1} clôtures, {2} signatures|{0} tickets, {1} closures, {2} signatures
points|{0} points de contrôle, {1} contresignatures|{0} checkpoints, {1} cosignatures
ends|Totaux perpétuels {0} ({1}), tête {2}|Perpetual totals {0} ({1}), head {2}
bare|ATTENTION : {0} enregistrements non signés|WARNING: {0} records are not signed
witness|Manifeste non signé : comparez la tête à un témoin|Manifest not signed: compare the head
right|ARCHIVE CONFORME|THE ARCHIVE IS RIGHT
wrong|ARCHIVE NON CONFORME|THE ARCHIVE IS NOT RIGHT
unchecked|SIGNATURES NON VÉRIFIÉES : {0}|SIGNATURES NOT CHECKED: {0}
""".strip().splitlines()
    )
)
LANGUAGE = ["fr"]


def say(key: str, *facts: object) -> str:
    """The words in the language asked for."""
    return SAID[key][LANGUAGE[0] == "en"].format(*facts)


class Bad(Exception):
    """Something is not as it must be: a key of SAID and its facts; `seq` is the record's."""

    def __init__(self, key: str, *facts: object, seq: int = 0) -> None:
        where = {"fr": f"ENREGISTREMENT {seq} : ", "en": f"RECORD {seq}: "}[LANGUAGE[0]]
        super().__init__((where if seq else "") + say(key, *facts))


class Contents:
    """The archive's files, from the ZIP or from the folder that it was unpacked into."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            raise Bad("path", path)
        self._root: Any = path if path.is_dir() else zipfile.Path(path)
        self.names = sorted(entry.name for entry in self._root.iterdir())

    def open(self, name: str) -> BinaryIO:
        """A file to be read."""
        if name not in self.names:
            raise Bad("missing", name)
        file: BinaryIO = (self._root / name).open("rb")
        return file

    def json(self, name: str) -> Any:
        """What a small file says."""
        with self.open(name) as file:
            return parsed(file.read(), name)

    def lines(self, name: str) -> Iterator[Any]:
        """What a file says with a JSON value a line; nothing where there is no such file."""
        if name in self.names:
            with self.open(name) as file:
                for line in file:
                    yield parsed(line, name)

    def rows(self, name: str) -> Iterator[dict[str, str]]:
        """The rows of a table."""
        with self.open(name) as file:
            text = io.TextIOWrapper(file, "utf-8-sig", newline="")
            yield from csv.DictReader(text, delimiter=";")


def parsed(text: bytes, name: str) -> Any:
    """What a JSON text says."""
    try:
        return json.loads(text)
    except ValueError as error:
        raise Bad("unreadable", name, error) from error


def leaf(rec: bytes) -> bytes:
    """A record's hash: its link in the chain, and its leaf in the Merkle tree."""
    return hashlib.sha256(b"\0" + rec).digest()


class Tree:
    """A Merkle tree (RFC 6962, 2.1) that grows: the roots of its whole subtrees, largest first."""

    def __init__(self, size: int, peaks: list[str]) -> None:
        self.size = size
        self.peaks = [bytes.fromhex(peak) for peak in peaks]

    def add(self, hash_: bytes) -> None:
        """One leaf more."""
        size = self.size
        while size & 1:
            hash_ = hashlib.sha256(b"\1" + self.peaks.pop() + hash_).digest()
            size >>= 1
        self.peaks.append(hash_)
        self.size += 1

    def root(self) -> bytes:
        """The tree hash over all leaves so far; there is at least one."""
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = hashlib.sha256(b"\1" + peak + root).digest()
        return root


@lru_cache(maxsize=16)
def public_key(der: str) -> object:
    """The key that these hex digits are."""
    return load_der_public_key(bytes.fromhex(der))


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


class Keys:
    """The keys' history, proven from one to the next by the records that made and rotated them."""

    def __init__(self, entries: list[dict[str, Any]], manifest: dict[str, Any]) -> None:
        first, last, opening = manifest["first"], manifest["last"], manifest["opening"]
        self.history: list[tuple[int, dict[str, Any]]] = []
        self.records: dict[int, bytes] = {}
        proven = False
        for entry in entries:
            rec = entry["record"].encode()
            if not rec:  # purged: only before all else, and the checkpoint at the edge vouches
                if opening is None or opening["record"] or entry["seq"] >= first or proven:
                    raise Bad("nowhere", seq=entry["seq"])
                public = {"record_key": entry["public"]["ES256"]}
                public["checkpoint_key"] = entry["public"]["Ed25519"]
                name = hashlib.sha256(bytes.fromhex(public["record_key"])).hexdigest()
                begins = entry["seq"] + (entry["kind"] == "key.rotated")
                self.history.append((begins, {"key": name, **public}))
                continue
            proven = True
            record = parsed(rec, "keys.json")
            self._follow(record["seq"], record["kind"], record["body"], rec, entry["sig"])
            if first <= record["seq"] <= last:
                self.records[record["seq"]] = rec

    def _follow(self, seq: int, kind: str, body: dict[str, Any], rec: bytes, sig: str) -> None:
        if hashlib.sha256(bytes.fromhex(body["record_key"])).hexdigest() != body["key"]:
            raise Bad("name", seq=seq)
        if kind == "key.made" and not self.history:
            signer, begins = body, seq
        elif kind == "key.rotated" and self.history and self.history[-1][1]["key"] == body["old"]:
            signer, begins = self.history[-1][1], seq + 1
            proof, text = bytes.fromhex(body["proof"]), f"{body['old']}:{body['key']}".encode()
            if not signed_by(body["record_key"], proof, text):
                raise Bad("proof", seq=seq)
        else:
            raise Bad("nowhere", seq=seq)
        if not sig or not signed_by(signer["record_key"], bytes.fromhex(sig), rec):
            raise Bad("heir", seq=seq)
        self.history.append((begins, body))

    def at(self, seq: int) -> dict[str, Any] | None:
        """The keys in force at a record; None before the first."""
        found = None
        for begins, key in self.history:
            found = key if begins <= seq else found
        return found

    def sealed(self, size: int, body: str, sig: str) -> bool:
        """Whether the key in force behind record `size` signed that checkpoint."""
        key = self.at(size + 1)
        if key is None:
            return False
        public, signature = key["checkpoint_key"], bytes.fromhex(sig)
        return signed_by(public, signature, body.encode(), checkpoint=True)

    def check(self, seq: int, record: dict[str, Any], rec: bytes, sig: str | None) -> bool:
        """Whether the record is signed; Bad where it must be and is not, or wrongly."""
        if record["kind"].startswith("key.") and self.records.pop(seq, None) != rec:
            raise Bad("hidden", seq=seq)
        key = self.at(seq)
        if key is None:
            if sig or record["alg"] != "none":
                raise Bad("early", seq=seq)
            return False
        if not sig or record["alg"] != "ES256":
            raise Bad("unsigned", seq=seq)
        if not signed_by(key["record_key"], bytes.fromhex(sig), rec):
            raise Bad("forged", seq=seq)
        return True


def add(sums: dict[str, int], **parts: int) -> None:
    """Add amounts up by name."""
    for name, amount in parts.items():
        sums[name] = sums.get(name, 0) + amount


def add_parts(sums: dict[str, int], body: dict[str, Any]) -> None:
    """Add the VAT and the tenders of a ticket, or of a closure."""
    for rate in body["vat"]:
        add(sums, **{f"{part} {rate['rate']}": rate[part] for part in ("gross", "net", "vat")})
    for paid in body["tenders"]:
        name, count = paid["tender"], paid.get("count", 1)
        add(sums, **{f"paid {name}": paid["amount"], f"times {name}": count})


class Books:
    """Counts tickets and totals again, and holds closures and perpetual totals to them."""

    def __init__(self, before: dict[str, Any] | None) -> None:
        self.numbers: dict[str, int] = dict(before["counts"]["tickets"]) if before else {}
        self.total: dict[str, int] = dict(before["total"]) if before else {"net": 0, "abs": 0}
        self.periods: dict[str, dict[str, int]] = {"day": {}, "month": {}, "year": {}}
        self.partial = set(self.periods) if before else set()  # began before this archive
        self.closed: dict[str, int] = {}
        self.tickets = self.closures = 0

    def take(self, seq: int, record: dict[str, Any]) -> None:
        """The next record; Bad where a number, a sum or a total is not right."""
        kind, body, day = record["kind"], record["body"], self.periods["day"]
        if kind == "sale.closed":
            self._ticket(seq, body)
        elif kind == "payment.changed" and body["series"] != TRAINING:
            for name, sign in ((body["from_tender"], -1), (body["to_tender"], 1)):
                add(day, **{f"paid {name}": sign * body["amount"], f"times {name}": sign})
        elif kind == "cash.moved":
            add(day, cash=body["amount"])
        elif kind == "period.closed":
            self._closure(seq, body)
        if record["total"] != self.total:
            raise Bad("total", seq=seq)

    def _ticket(self, seq: int, body: dict[str, Any]) -> None:
        series, number, total = body["series"], body["number"], body["total"]
        name = f"{series}-{number}"
        if number != self.numbers.get(series, 0) + 1:
            raise Bad("number", name, seq=seq)
        self.numbers[series] = number
        rates: Counter[int] = Counter()
        for line in body["lines"]:
            rates[line["vat"]] += 0 if line["voided"] else line["gross"]
        taxed = {rate["rate"]: rate["gross"] for rate in body["vat"]}
        split = all(rate["net"] + rate["vat"] == rate["gross"] for rate in body["vat"])
        if not split or any(rates[rate] != taxed.get(rate, 0) for rate in {*rates, *taxed}):
            raise Bad("rates", name, seq=seq)
        if not sum(rates.values()) == total == sum(paid["amount"] for paid in body["tenders"]):
            raise Bad("paid", name, seq=seq)
        self.tickets += 1
        if series != TRAINING:
            add(self.total, net=total, abs=abs(total))
            day = self.periods["day"]
            add(day, tickets=1, refunds=int(total < 0), net=total, absolute=abs(total))
            add_parts(day, body)

    def _closure(self, seq: int, body: dict[str, Any]) -> None:
        name, number, said = body["period"], body["number"], dict[str, int]()
        if self.closed.get(name, number - 1) != number - 1:
            raise Bad("closure", seq=seq)
        self.closed[name], self.closures = number, self.closures + 1
        words = ("tickets", "refunds", "net", "absolute", "cash")
        add(said, **{word: body["totals"][word] for word in words})
        add_parts(said, body["totals"])
        sums = self.periods[name]
        right = all(said.get(part, 0) == sums.get(part, 0) for part in {*said, *sums})
        ever = {"net": body["net_ever"], "abs": body["absolute_ever"]}
        if (ever, body["last"]) != (self.total, seq) or not (right or name in self.partial):
            raise Bad("sums", seq=seq)
        longer = {"day": "month", "month": "year"}.get(name)
        if longer:
            add(self.periods[longer], **said)
        self.periods[name] = {}
        self.partial.discard(name)


TABLES = {
    "tickets.csv": ("total_ttc",),
    "lines.csv": ("libelle", "ttc"),
    "payments.csv": ("moyen", "montant"),
    "vat.csv": ("ht", "tva", "ttc"),
}


def table_rows(body: dict[str, Any]) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    """The rows that a ticket has in each table, with their columns named in TABLES."""
    yield "tickets.csv", (body["total"],)
    for line in body["lines"]:
        yield "lines.csv", (line["name"], line["gross"])
    for paid in body["tenders"]:
        yield "payments.csv", (paid["tender"], paid["amount"])
    for rate in body["vat"]:
        yield "vat.csv", (rate["net"], rate["vat"], rate["gross"])


class Tables:
    """Holds the tables for spreadsheets to the records that they were made of."""

    def __init__(self, contents: Contents) -> None:
        self._rows = {name: contents.rows(name) for name in TABLES}

    def take(self, seq: int, body: dict[str, Any]) -> None:
        """A closed ticket: its rows come next in each table."""
        for name, values in table_rows(body):
            row = next(self._rows[name], {})
            said = [row.get(name) for name in ("enregistrement", "ticket", *TABLES[name])]
            cells = [str(seq), str(body["number"]), *map(cell, values)]
            if said != cells:
                raise Bad("table", name, said, cells, seq=seq)

    def finish(self) -> None:
        """No row may be left."""
        for name, rows in self._rows.items():
            if next(rows, None):
                raise Bad("rows", name)


def cell(value: str | int) -> str:
    """An amount or a text as the tables have it: none that a spreadsheet takes for a formula."""
    if isinstance(value, int):
        return euros(value)
    return f"'{value}" if value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


def euros(cents: int) -> str:
    """An amount as the tables have it."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100},{abs(cents) % 100:02d}"


class Checkpoints:
    """Holds each checkpoint to the records up to it: tree, head, perpetual totals, signature."""

    def __init__(self, contents: Contents, keys: Keys) -> None:
        self._coming = contents.lines("checkpoints.jsonl")
        self._next = next(self._coming, None)
        self._keys = keys
        self.count = 0

    def take(self, seq: int, head: bytes, tree: Tree, books: Books) -> None:
        """Record `seq` is the last one now: check what was attested then."""
        while self._next and self._next["size"] <= seq:
            body = parsed(self._next["body"].encode(), "checkpoints.jsonl")
            book = body["state"]["book"]
            ever = {"net": book["net"], "abs": book["absolute"]}
            facts = (body["size"], body["root"], body["head"], ever)
            if facts != (seq, tree.root().hex(), head.hex(), books.total):
                raise Bad("checkpoint", seq=seq)
            if not self._keys.sealed(seq, self._next["body"], self._next["sig"]):
                raise Bad("seal", seq=seq)
            self.count += 1
            self._next = next(self._coming, None)

    def finish(self) -> None:
        """None may be left."""
        if self._next:
            raise Bad("orphan")


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
        self.signed = self.checkpoints = 0

    def files(self) -> None:
        """Every file is the one that the manifest names, and there is no other."""
        listed = {entry["name"]: entry for entry in self.manifest["files"]}
        for name in self.contents.names:
            if name not in {*listed, "manifest.json", "manifest.sig"}:
                raise Bad("extra", name)
        for name, entry in listed.items():
            made, size = hashlib.sha256(), 0
            with self.contents.open(name) as file:
                while chunk := file.read(1 << 20):
                    made.update(chunk)
                    size += len(chunk)
            if (size, made.hexdigest()) != (entry["size"], entry["sha256"]):
                raise Bad("changed", name)
        if "manifest.sig" in self.contents.names:
            with self.contents.open("manifest.json") as file:
                content = file.read().decode()
            if not self.keys.sealed(sys.maxsize, content, self.contents.json("manifest.sig")):
                raise Bad("mark")

    def records(self) -> None:
        """Every record follows the one before it, is signed, and adds up."""
        head, tree = NOTHING, Tree(0, [])
        if self.first > 1:
            head, before = self._opening(self.manifest["opening"])
            self.books = Books(before)
            tree = Tree(self.first - 1, self.manifest["opening"]["peaks"])
        tables = Tables(self.contents)
        checkpoints = Checkpoints(self.contents, self.keys)
        signatures = self.contents.lines("signatures.jsonl")
        seq = self.first - 1
        with self.contents.open("records.jsonl") as file:
            for seq, line in enumerate(file, self.first):
                rec = line[:-1]
                attested: dict[str, Any] = next(signatures, {})
                record = self._record(seq, rec, head, attested)
                head = leaf(rec)
                self.signed += self.keys.check(seq, record, rec, attested["sig"])
                self.books.take(seq, record)
                if record["kind"] == "sale.closed":
                    tables.take(seq, record["body"])
                tree.add(head)
                checkpoints.take(seq, head, tree, self.books)
                bar(seq - self.first + 1, self.last - self.first + 1)
        tables.finish()
        checkpoints.finish()
        for missing in self.keys.records:
            raise Bad("hidden", seq=missing)
        self.checkpoints = checkpoints.count
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
        book = body["state"]["book"]
        total = {"net": book["net"], "abs": book["absolute"]}
        return bytes.fromhex(body["head"]), {"total": total, "counts": body["state"]["counts"]}

    def _record(self, seq: int, rec: bytes, head: bytes, row: dict[str, Any]) -> dict[str, Any]:
        """What a record says, once it is what was written at that place."""
        if (row.get("seq"), row.get("hash")) != (seq, leaf(rec).hex()):
            raise Bad("hash", seq=seq)
        record: dict[str, Any] = parsed(rec, str(seq))
        if (record["seq"], record["prev"]) != (seq, head.hex()):
            raise Bad("link", seq=seq)
        again = json.dumps(record, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        if again.encode() != rec:
            raise Bad("form", seq=seq)
        if any(record[name] != self.manifest[name] for name in ("store", "terminal", "sim")):
            raise Bad("till", seq=seq)
        return record

    def found(self) -> Iterator[str]:
        """What was found right."""
        m, unsigned = self.manifest, self.last - self.first + 1 - self.signed
        mark = " - SIMULATION" if m["sim"] else ""
        yield say("whose", m["store"], m["terminal"], self.first, self.last, mark)
        for seq, key in self.keys.history:
            yield say("key", key["key"], seq)
        yield say("counted", self.books.tickets, self.books.closures, self.signed)
        witnesses = sum(1 for _ in self.contents.lines("cosignatures.jsonl"))
        yield say("points", self.checkpoints, witnesses)
        yield say("ends", euros(m["total"]["net"]), euros(m["total"]["abs"]), m["head"])
        if unsigned:
            yield say("bare", unsigned)
        if "manifest.sig" not in self.contents.names:
            yield say("witness")


def bar(done: int, whole: int) -> None:
    """Shows how far it is, where somebody watches."""
    if (done % STEP == 0 or done == whole) and sys.stderr.isatty():
        end = "\n" if done == whole else ""
        print(f"\r{100 * done // whole:3d} % {done}/{whole}", end=end, file=sys.stderr, flush=True)


def examine(path: Path) -> int:
    """Check an archive, say what was found, and return the exit status."""
    check = Check(path)
    check.files()
    check.records()
    print(*check.found(), sep="\n")
    if check.manifest["broken"]:
        raise Bad("broken", check.manifest["broken"])
    unchecked = bool(check.keys.history) and not SIGNATURES
    print(say("unchecked", INSTALL) if unchecked else say("right"))
    return 3 if unchecked else 0


def main() -> int:
    """Check the archive named on the command line, or the folder that this file lies in."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive", type=Path, nargs="?", default=Path(__file__).parent)
    parser.add_argument("--lang", choices=("fr", "en"), default="fr")
    arguments = parser.parse_args()
    LANGUAGE[0] = arguments.lang
    try:
        return examine(arguments.archive)
    except Bad as error:
        found = str(error)
    except (zipfile.BadZipFile, EOFError, OSError, zlib.error) as error:
        found = say("cut", error)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        found = say("strange", repr(error))
    print(found, say("wrong"), sep="\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
