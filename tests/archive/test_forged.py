"""What verify.py finds when an archive was changed, by whom can do how much.

A plain forger changes a file. A careful one makes the manifest and the hashes anew, and has no
keys. That such a change does pass where nothing is signed, is a test as well.
"""

import json
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from pos_terminal.archive.make import ArchiveMade
from tests.support.season import (
    Files,
    canonical,
    chained_again,
    checked,
    first_of,
    hashed_again,
    listed_again,
    packed,
    records,
    unpacked,
    with_record,
)

Forgery = Callable[[Files], int]
"""Changes the records, and says which of them is the first that is wrong."""


def payment(files: Files) -> int:
    def change(record: dict[str, Any]) -> None:
        record["body"]["tenders"][0]["tender"] = "TICKET"

    index = first_of(files, "sale.closed", 40)
    with_record(files, index, change)
    return index + 1


def label(files: Files) -> int:
    def change(record: dict[str, Any]) -> None:
        record["body"]["lines"][0]["name"] = "Chouquette"

    index = first_of(files, "sale.closed", 60)
    with_record(files, index, change)
    return index + 1


def tabled(files: Files, seq: int) -> None:
    """Let the table of lines say of ticket `seq` what `label` did to its record."""
    before, mark, behind = files["lines.csv"].partition(f"\r\n{seq};".encode())
    row, end = behind.split(b"\r\n", 1)
    cells = row.split(b";")
    cells[5] = b"Chouquette"
    files["lines.csv"] = before + mark + b";".join(cells) + b"\r\n" + end


def total(files: Files) -> int:
    def change(record: dict[str, Any]) -> None:
        record["body"]["total"] -= 100

    index = first_of(files, "sale.closed", 80)
    with_record(files, index, change)
    return index + 1


def deletion(files: Files) -> int:
    index = first_of(files, "drawer.opened")
    for name in ("records.jsonl", "signatures.jsonl"):
        lines = files[name].splitlines()
        del lines[index]
        files[name] = b"\n".join(lines) + b"\n"
    return index + 1


def swap(files: Files) -> int:
    index = first_of(files, "stock.moved", 100)
    for name in ("records.jsonl", "signatures.jsonl"):
        lines = files[name].splitlines()
        lines[index], lines[index + 1] = lines[index + 1], lines[index]
        files[name] = b"\n".join(lines) + b"\n"
    return index + 1


FORGERIES: list[Forgery] = [payment, label, total, deletion, swap]
forged = pytest.mark.parametrize("forgery", FORGERIES)


@forged
def test_a_changed_file_is_found(forgery: Forgery, files: Files, tmp_path: Path) -> None:
    forgery(files)
    status, said = checked(packed(files, tmp_path / "forged.zip"))
    assert status == 1
    what, remedy, end = said.splitlines()
    assert what == "records.jsonl n'est pas le fichier archivé (empreinte)"
    assert remedy.startswith("À faire : garder ce fichier tel quel")
    assert end == "ARCHIVE NON CONFORME"


@forged
def test_and_so_it_is_in_a_new_manifest(forgery: Forgery, files: Files, tmp_path: Path) -> None:
    seq = forgery(files)
    listed_again(files)
    status, said = checked(packed(files, tmp_path / "forged.zip"))
    assert status == 1
    assert said.startswith(f"ÉCRITURE {seq} : ")


@forged
def test_and_with_its_hash_made_anew(forgery: Forgery, files: Files, tmp_path: Path) -> None:
    """Its signature is still of what was there before; without signatures, the chain tells."""
    seq = forgery(files)
    hashed_again(files)
    listed_again(files)
    archive = packed(files, tmp_path / "forged.zip")
    status, said = checked(archive)
    assert status == 1
    assert said.startswith(f"ÉCRITURE {seq} : ")
    status, said = checked(archive, flags=("-I", "-S"))
    assert status == 1
    assert said.startswith("ÉCRITURE ")


@forged
def test_and_with_everything_made_anew_but_the_signatures(
    forgery: Forgery, files: Files, tmp_path: Path
) -> None:
    seq = forgery(files)
    chained_again(files)
    listed_again(files)
    status, said = checked(packed(files, tmp_path / "forged.zip"))
    assert status == 1
    assert said.startswith(f"ÉCRITURE {seq} : sa signature n'est pas celle de la clé en vigueur")


def test_signatures_that_were_stripped_are_missed(files: Files, tmp_path: Path) -> None:
    """All signatures taken away, and everything else made to fit: nothing is left to be wrong."""
    lines = [json.loads(rec) for rec in records(files)]
    for record in lines:
        if record["kind"].startswith("key."):
            record["kind"], record["body"] = "jet", {"code": 999, "detail": ""}
    files["records.jsonl"] = b"".join(canonical(record) + b"\n" for record in lines)
    rows = [{**json.loads(line), "sig": None} for line in files["signatures.jsonl"].splitlines()]
    files["signatures.jsonl"] = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
    seq = label(files)
    tabled(files, seq)
    chained_again(files)
    listed_again(files)
    status, said = checked(packed(files, tmp_path / "stripped.zip"))
    assert (status, "elle n'est pas signée" in said or "la clé" in said) == (1, True)
    files["keys.json"], files["checkpoints.jsonl"] = b"[]", b""
    listed_again(files)
    status, said = checked(packed(files, tmp_path / "keyless.zip"))
    assert (status, said.splitlines()[0]) == (1, "aucune clé : rien n'est signé, rien n'est prouvé")


def test_a_changed_table_is_found_even_in_a_new_manifest(files: Files, tmp_path: Path) -> None:
    for name, old, new in (
        ("tickets.csv", b"T;7;", b"T;8;"),
        ("payments.csv", b";CARD;", b";CASH;"),
        ("lines.csv", "Éclair café".encode(), "Éclair thé".encode()),
    ):
        changed = {**files, name: files[name].replace(old, new, 1)}
        assert changed[name] != files[name]
        status, said = checked(packed(changed, tmp_path / "plain.zip"))
        assert (status, said.splitlines()[0]) == (
            1, f"{name} n'est pas le fichier archivé (empreinte)"
        )  # fmt: skip
        listed_again(changed)
        status, said = checked(packed(changed, tmp_path / "careful.zip"))
        assert status == 1
        assert f" : {name} dit " in said
    more = {**files, "vat.csv": files["vat.csv"] + files["vat.csv"].splitlines()[-1] + b"\r\n"}
    listed_again(more)
    assert "vat.csv a des lignes en trop" in checked(packed(more, tmp_path / "more.zip"))[1]


def test_a_changed_fec_is_found_by_the_manifest_and_that_by_its_signature(
    files: Files, tmp_path: Path
) -> None:
    files["fec.txt"] = files["fec.txt"].replace(b"530000", b"530001", 1)
    manifest = json.loads(files["manifest.json"])
    signature = files["manifest.sig"]
    listed_again(files)
    files["manifest.sig"] = signature
    assert json.loads(files["manifest.json"]) != manifest
    status, said = checked(packed(files, tmp_path / "forged.zip"))
    assert (status, said.splitlines()[0]) == (1, "le manifeste est mal signé")


def test_a_missing_signature_is_found(files: Files, tmp_path: Path) -> None:
    lines = files["signatures.jsonl"].splitlines()
    lines[99] = json.dumps({**json.loads(lines[99]), "sig": None}).encode()
    files["signatures.jsonl"] = b"\n".join(lines) + b"\n"
    listed_again(files)
    status, said = checked(packed(files, tmp_path / "forged.zip"))
    assert status == 1
    assert said.startswith("ÉCRITURE 100 : elle n'est pas signée ; celle d'avant est du ")


def test_a_truncation_at_the_end_shows_in_head_and_checkpoints(
    files: Files, made: ArchiveMade, tmp_path: Path
) -> None:
    for name in ("records.jsonl", "signatures.jsonl"):
        files[name] = b"\n".join(files[name].splitlines()[:-5]) + b"\n"
    listed_again(files)
    status, said = checked(packed(files, tmp_path / "short.zip"))
    assert status == 1
    assert made.head not in said


def test_foreign_keys_do_not_follow(files: Files, tmp_path: Path) -> None:
    keys = json.loads(files["keys.json"])
    del keys[0]
    files["keys.json"] = json.dumps(keys).encode()
    listed_again(files)
    status, said = checked(packed(files, tmp_path / "foreign.zip"))
    assert (status, "cette clé ne suit pas la précédente" in said) == (1, True)


def taken_over(files: Files) -> int:
    """Everything behind the last genuine key made anew, signed by a key of the forger's own."""
    key = ec.generate_private_key(ec.SECP256R1())
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    index = first_of(files, "sale.closed", first_of(files, "key.rotated"))
    with_record(files, index, lambda record: record["body"]["lines"][0].update(name="Chouquette"))
    tabled(files, index + 1)
    chained_again(files)
    rows = [json.loads(line) for line in files["signatures.jsonl"].splitlines()]
    for rec, said in zip(records(files)[index:], rows[index:], strict=True):
        said["sig"] = key.sign(rec, ec.ECDSA(SHA256())).hex()
    files["signatures.jsonl"] = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
    kept = [line for line in files["checkpoints.jsonl"].splitlines() if size(line) <= index]
    files["checkpoints.jsonl"] = b"".join(line + b"\n" for line in kept)
    keys = json.loads(files["keys.json"])
    told = json.loads(keys[-1]["record"])
    old, new = told["body"]["key"], sha256(der).hexdigest()
    proof = key.sign(f"{old}:{new}".encode(), ec.ECDSA(SHA256())).hex()
    told["body"] |= {"old": old, "key": new, "record_key": der.hex(), "proof": proof}
    rec = canonical({**told, "kind": "key.rotated", "seq": index})
    sig = key.sign(rec, ec.ECDSA(SHA256())).hex()
    entry = {"kind": "key.rotated", "record": rec.decode(), "seq": index, "sig": sig}
    files["keys.json"] = json.dumps([*keys, entry]).encode()
    listed_again(files)
    return index


def size(checkpoint: bytes) -> int:
    return int(json.loads(checkpoint)["size"])


def test_a_key_that_no_record_tells_of_signs_nothing(files: Files, tmp_path: Path) -> None:
    index = taken_over(files)
    status, said = checked(packed(files, tmp_path / "forged.zip"))
    assert (status, said.splitlines()[0]) == (
        1, f"ÉCRITURE {index} : la clé n'est pas signée par celle qui devait"
    )  # fmt: skip


def test_a_key_record_that_is_not_in_the_journal_is_found(files: Files, tmp_path: Path) -> None:
    keys = json.loads(files["keys.json"])
    late = {**json.loads(keys[1]["record"]), "seq": 700}
    keys[1] = {**keys[1], "seq": 700, "record": canonical(late).decode()}
    files["keys.json"] = json.dumps(keys).encode()
    listed_again(files)
    status, said = checked(packed(files, tmp_path / "forged.zip"))
    assert (status, "la clé n'est pas signée par celle qui devait" in said) == (1, True)


def test_a_checkpoint_that_was_changed_is_found(files: Files, tmp_path: Path) -> None:
    lines = [json.loads(line) for line in files["checkpoints.jsonl"].splitlines()]
    for change, said_why in (
        ({"sig": lines[1]["sig"]}, "un point de contrôle est mal signé"),
        ({"body": lines[2]["body"].replace('"root":"', '"root":"00', 1)}, "dit autre chose"),
    ):
        changed = [*lines[:2], {**lines[2], **change}, *lines[3:]]
        content = b"".join(json.dumps(line).encode() + b"\n" for line in changed)
        forged_files = {**files, "checkpoints.jsonl": content}
        listed_again(forged_files)
        status, said = checked(packed(forged_files, tmp_path / "checkpoint.zip"))
        assert (status, said_why in said) == (1, True)


def test_what_is_no_whole_archive_is_said(made: ArchiveMade, files: Files, tmp_path: Path) -> None:
    whole = made.path.read_bytes()
    for size in (0, 10, len(whole) // 2, len(whole) - 10):
        (tmp_path / "cut.zip").write_bytes(whole[:size])
        status, said = checked(tmp_path / "cut.zip")
        assert status == 1
        assert said.startswith("le ZIP est tronqué ou abîmé : File is not a zip file")
    middle = len(whole) // 2
    (tmp_path / "spoilt.zip").write_bytes(whole[:middle] + b"\0" * 64 + whole[middle + 64 :])
    assert checked(tmp_path / "spoilt.zip")[0] == 1

    other = packed({"readme.txt": b"no archive"}, tmp_path / "other.zip")
    code, said = checked(other)
    assert (code, said.splitlines()[0]) == (1, "ce n'est pas une archive de caisse")
    foreign = packed({"manifest.json": b'{"format":"zip"}'}, tmp_path / "foreign.zip")
    assert checked(foreign)[1].startswith("ce n'est pas une archive de caisse")
    assert "nowhere.zip : ni un fichier ni un dossier" in checked(tmp_path / "nowhere.zip")[1]
    for content in (b"", b"[]", b"{}", b"nonsense", b'{"format":"pos-terminal-archive","v":1}'):
        strange = packed({**files, "manifest.json": content}, tmp_path / "strange.zip")
        assert checked(strange)[0] == 1
    newer = json.loads(files["manifest.json"]) | {"v": 2}
    newer_file = packed({**files, "manifest.json": json.dumps(newer).encode()}, tmp_path / "n.zip")
    assert "prenez son propre verify.py" in checked(newer_file)[1]


@pytest.mark.parametrize("name", ["records.jsonl", "keys.json", "tickets.csv", "fec.txt"])
def test_a_missing_and_an_added_file_are_named(name: str, files: Files, tmp_path: Path) -> None:
    less = {key: content for key, content in files.items() if key != name}
    status, said = checked(packed(less, tmp_path / "less.zip"))
    assert (status, f"il manque le fichier {name}" in said) == (1, True)
    more = packed({**files, "zz.txt": b""}, tmp_path / "more.zip")
    assert "zz.txt n'est pas au manifeste" in checked(more)[1]
    twice = tmp_path / "twice.zip"
    packed(files, twice)
    with zipfile.ZipFile(twice, "a") as file, pytest.warns(UserWarning, match="Duplicate name"):
        file.writestr(name, b"another")
    assert checked(twice)[0] == 1
    assert unpacked(twice)[name] == b"another"
