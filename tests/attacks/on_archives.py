"""Attacks on what is handed to an inspector: an archive, by an outsider and by the owner (E5)."""

import json
import warnings
import zipfile
from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

from pos_terminal.__main__ import main
from pos_terminal.archive.make import make
from pos_terminal.domain.events.period import Archived
from pos_terminal.journal.keyring import FOLDER, software
from pos_terminal.journal.verify import verify
from tests.attacks.attack import Attacker, Found, attack, in_both, said
from tests.attacks.on_keys import SALES
from tests.conftest import run
from tests.support.journaling import database, kept, tamper
from tests.support.season import Files, chained_again, listed_again, packed, unpacked


def signs(state: Path) -> Callable[[bytes], bytes]:
    """The till's own signature, which its owner has."""
    (key,) = (state / FOLDER).glob("*.pem")
    return software(state, key.stem).close


def archived(place: Path) -> tuple[Path, Path]:
    """A till's state, and a right archive of it."""
    state, out = place / "state", place / "right.zip"
    run(kept(state, SALES))
    make(state, out, sign=signs(state))
    assert by_archive(out)[0] == 0
    return state, out


def by_archive(archive: Path, *words: str) -> tuple[int, Found]:
    """What `archive verify` says, and its exit status."""
    heard = StringIO()
    with redirect_stdout(heard):
        status = main(["archive", "verify", str(archive), "--lang", "en", *words])
    *_, why, _, _ = ["", "", *heard.getvalue().splitlines()]
    asked = " ".join(["archive verify", *(f"{word} …" for word in words[::2])])
    return status, Found(asked, "when asked", said(why))


def found(archive: Path, *words: str) -> Found:
    """What is wrong with it, which must be something."""
    status, seen = by_archive(archive, *words)
    assert status == 1
    return seen


def in_three_places(state: Path) -> Found:
    """Rounds, `verify`, and the archive that is made even so say the same."""
    told = in_both(state)
    # Each has a library of its own, whose words come last.
    told = told._replace(words=" : ".join(told.words.split(" : ")[:2]))
    out = state.with_name("broken.zip")
    make(state, out, sign=signs(state), even_if_broken=True)
    with redirect_stdout(StringIO()) as heard:
        assert main(["archive", "verify", str(out)]) == 1
    assert told.words.removeprefix("J-104 ").lower() in said(heard.getvalue()).lower()
    return told


def total(files: Files) -> int:
    """What a spreadsheet adds up."""
    rows = files["tickets.csv"].decode("utf-8-sig").splitlines()
    column = rows[0].split(";").index("total_ttc")
    return sum(int(row.split(";")[column].replace(",", "")) for row in rows[1:])


def signed_again(files: Files, sign: Callable[[bytes], bytes]) -> None:
    """A manifest of the files as they are now, with the till's own signature."""
    listed_again(files)
    files["manifest.sig"] = f'"{sign(files["manifest.json"]).hex()}"\n'.encode()


@attack(Attacker.OUTSIDER, "an archive with every signature taken away, and all hashes made anew")
def stripped(place: Path) -> Found:
    """Nothing is left that could be wrongly signed."""
    _, right = archived(place)
    files = unpacked(right)
    files["records.jsonl"] = files["records.jsonl"].replace(b"cash", b"card")
    chained_again(files)
    rows = [{**json.loads(line), "sig": None} for line in files["signatures.jsonl"].splitlines()]
    files["signatures.jsonl"] = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
    files["keys.json"], files["checkpoints.jsonl"] = b"[]", b""
    files["payments.csv"] = files["payments.csv"].replace(b"cash", b"card")
    listed_again(files)
    assert b"cash" not in files["payments.csv"]
    return found(packed(files, place / "stripped.zip"))


@attack(Attacker.OUTSIDER, "an archive whose manifest is made anew, and not signed")
def unsigned(place: Path) -> Found:
    """What no record derives, the accounts above all, is vouched for by that signature alone."""
    _, right = archived(place)
    files = unpacked(right)
    files["LISEZMOI.txt"] += b"..."
    listed_again(files)
    return found(packed(files, place / "unsigned.zip"))


@attack(Attacker.OWNER, "a table of the archive altered, and its manifest signed by the till")
def altered(place: Path) -> Found:
    """Every file is the one that the manifest names, and the manifest is rightly signed."""
    state, right = archived(place)
    files = unpacked(right)
    before = total(files)
    files["tickets.csv"] = files["tickets.csv"].replace(b";1,30;", b";0,30;")
    signed_again(files, signs(state))
    assert total(files) < before
    return found(packed(files, place / "altered.zip"))


@attack(Attacker.OWNER, "the checkpoints of an archive left out, and its manifest signed again")
def without_checkpoints(place: Path) -> Found:
    """Every record is rightly signed, and nothing that is there says anything wrong."""
    state, right = archived(place)
    files = unpacked(right)
    (first, *_) = files["checkpoints.jsonl"].splitlines(keepends=True)
    files["checkpoints.jsonl"] = b"{}\n" + first  # behind what says nothing nobody may stop looking
    signed_again(files, signs(state))
    assert by_archive(packed(files, place / "hidden.zip"))[0] == 1
    files["checkpoints.jsonl"] = b""
    signed_again(files, signs(state))
    return found(packed(files, place / "without.zip"))


@attack(Attacker.OWNER, "a label of the technical events altered, and the manifest signed again")
def retold(place: Path) -> Found:
    """The program's own words, which a verifier has to know as well."""
    state, right = archived(place)
    files = unpacked(right)
    told = "Création de clés de signature".encode()
    assert told in files["jet.csv"]
    files["jet.csv"] = files["jet.csv"].replace(told, b"Rien")
    signed_again(files, signs(state))
    return found(packed(files, place / "retold.zip"))


@attack(Attacker.OUTSIDER, "one name twice in the ZIP, the second one genuine")
def twice(place: Path) -> Found:
    """A program that takes the first of two shows another archive than was verified."""
    _, right = archived(place)
    files = unpacked(right)
    forged = files["tickets.csv"].replace(b";1,30;", b";0,30;")
    both = place / "twice.zip"
    with zipfile.ZipFile(both, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        archive.writestr("tickets.csv", forged)
        for name, content in files.items():
            archive.writestr(name, content)
    with zipfile.ZipFile(both) as archive:
        assert archive.read(archive.infolist()[0]) == forged
        assert archive.read("tickets.csv") == files["tickets.csv"], "hashed as the manifest says"
    return found(both)


@attack(Attacker.OWNER, "an archive made of a journal whose end was cut off before")
def cut(place: Path) -> Found:
    """All fits in itself, and is signed: a Z on paper knows more."""
    state, _ = archived(place)
    head = verify(database(state))
    tamper(state, "DELETE FROM journal WHERE seq > 13")
    make(state, place / "cut.zip", sign=signs(state))
    assert by_archive(place / "cut.zip")[0] == 0, "the archive by itself is right"
    return found(place / "cut.zip", "--head", f"{head.records} {head.head}")


@attack(Attacker.OWNER, "an archive of a journal written anew with a key of his own")
def anothers(place: Path) -> Found:
    """All fits in itself: the key's id on a Z says whose it is."""
    state, _ = archived(place)
    other = place / "other"
    run(kept(other, SALES[:8]))
    make(other, place / "other.zip", sign=signs(other))
    assert by_archive(place / "other.zip")[0] == 0, "the archive by itself is right"
    return found(place / "other.zip", "--key", verify(database(state)).key)


@attack(Attacker.OUTSIDER, "a ZIP that unpacks to a thousand times its size")
def bomb(place: Path) -> Found:
    """One line without an end fills the memory of whoever reads line by line."""
    _, right = archived(place)
    files = unpacked(right)
    files["keys.json"] = b'"' + bytes(1 << 26) + b'"'
    bombed = packed(files, place / "bomb.zip")
    assert bombed.stat().st_size < 1 << 20
    return found(bombed)


@attack(Attacker.OWNER, "an archive of records that are there recorded, and never made")
def never_made(place: Path) -> Found:
    """The yearly reminder is content with the record; whoever checks an archive is told to ask."""
    state, out = place / "state", place / "later.zip"
    run(kept(state, [*SALES, Archived(first=1, last=21, sha256="aa" * 32)]))
    assert verify(database(state)).records, "the record is one like any other"
    make(state, out, sign=signs(state))
    with redirect_stdout(StringIO()) as heard:
        assert main(["archive", "verify", str(out), "--lang", "en"]) == 0
    (told,) = [line for line in heard.getvalue().splitlines() if "to show" in line]
    assert "aa" * 32 in told
    return Found("archive verify", "when asked", said(told))
