"""`pos-terminal person`, with a real journal beside the store."""

import json
import sqlite3
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pos_terminal.__main__ import main
from pos_terminal.domain.events.account import AccountMoved
from pos_terminal.domain.events.balances import AccountBalance, Balances
from pos_terminal.domain.events.period import BalancesOpened
from pos_terminal.domain.events.values import AccountMove
from pos_terminal.domain.language import say
from pos_terminal.journal.state_directory import Lock
from pos_terminal.journal.verify import verify
from pos_terminal.persons import database, keyfile
from pos_terminal.persons.store import reading, start
from tests.conftest import run
from tests.support.journaling import database as journal
from tests.support.journaling import every_kind, kept
from tests.support.people import ALL, CONTACT, LETTER, Told, traces

Command = Callable[..., tuple[int, str]]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    state = tmp_path / "state"
    run(kept(state, every_kind()))
    return state


@pytest.fixture
def person(capsys: pytest.CaptureFixture[str], shop: Path) -> Command:
    def call(*words: str) -> tuple[int, str]:
        status = main(["person", *words, "--state", str(shop)])
        caught = capsys.readouterr()
        return status, caught.out + caught.err

    return call


def answer(result: tuple[int, str]) -> Any:
    """The JSON of a call that went well."""
    status, out = result
    assert status == 0, out
    return json.loads(out)


@pytest.fixture
def sheet(tmp_path: Path) -> str:
    """A file that `person add` takes."""
    path = tmp_path / "sheet.json"
    path.write_bytes(msgspec.json.encode({"items": ALL}))
    return str(path)


def test_a_person_from_first_to_last(person: Command, shop: Path, sheet: str) -> None:
    before = verify(journal(shop)).records
    # Of a year whose ten are over by any clock: no date that is to come is believed.
    old = Path(sheet).read_text().replace("2026-12-31", "2014-12-31")
    Path(sheet).write_text(old)
    status, out = person("add", sheet, "--today", "2024-01-01")
    assert status == 0
    one = out.strip()
    assert answer(person("list", "--json")) == [
        {"person": one, "purposes": ["commande", "facture", "prospection"]}
    ]
    assert answer(person("erase", one, "--json", "--today", "2024-12-31")) == {
        "person": one,
        "erased": True,
        "kept": [
            {
                "person": one,
                "name": "facture-15",
                "purpose": "facture",
                "ground": "legal-obligation",
                "kept_until": "2024-12-31",
            }
        ],
    }
    over = answer(person("due", "--json", "--today", "2024-12-31"))
    assert over == {"destroyed": []}
    over = answer(person("due", "--json", "--today", "2025-01-01"))
    assert [label["name"] for label in over["destroyed"]] == ["facture-15"]
    assert answer(person("list", "--json")) == []
    assert answer(person("erase", one, "--json")) == {"person": one, "erased": True, "kept": []}
    assert verify(journal(shop)).records == before + 4 + 2 + 2, "and the chain holds"


def test_export_tells_all_and_in_both_forms(
    person: Command, shop: Path, sheet: str, tmp_path: Path
) -> None:
    one = answer(person("add", sheet, "--json"))["person"]
    status, text = person("export", one)
    assert status == 0
    for word in ("Zoé Quenneville", "0102030405", "noisettes", "12 rue du Four, 75006 Paris",
                 "12345678200010", "FR32123456782", "zoe@quenneville.example", "31/12/2036",
                 "Écrivez-moi une fois par mois.", "05/01/2026", one, "CNIL"):  # fmt: skip
        assert word in text
    out = tmp_path / "export.json"
    told = answer(person("export", one, "--out", str(out), "--json"))
    assert out.stat().st_mode & 0o777 == 0o600
    assert json.loads(out.read_text()) == told
    assert told["erased"] is False
    data = [msgspec.convert(item["data"], type(CONTACT.data)) for item in told["items"]]
    assert data == [item.data for item in ALL]
    first = verify(journal(shop)).records - 2
    assert [(r["seq"], r["kind"]) for r in told["records"]] == [
        (first + number, "person.recorded") for number in range(3)
    ]
    person("erase", one)
    told = answer(person("export", one, "--json"))
    assert told["erased"] is True
    assert [item["name"] for item in told["items"]] == ["facture-15"]
    assert told["records"][-1]["kind"] == "person.erased"


def test_an_erasure_says_what_is_kept_and_until_when(person: Command, sheet: str) -> None:
    one = answer(person("add", sheet, "--json"))["person"]
    status, text = person("erase", one)
    assert status == 0
    assert "facture-15 (facture), conservé jusqu’au 31/12/2036" in text
    assert "contact" not in text


def test_who_owes_is_not_erased_unless_that_is_forgone(
    person: Command, shop: Path, sheet: str
) -> None:
    one = person("add", sheet)[1].strip()

    def move(amount: int) -> AccountMoved:
        return AccountMoved(
            person=one, move=AccountMove.CHARGED, amount=amount, series="T", number=1
        )

    run(kept(shop, [move(1200), move(-1500)]))
    status, text = person("erase", one)
    assert (status, "E-113" in text, "3,00" in text) == (1, True, True)
    held = Balances(accounts=(AccountBalance(person=one, amount=700),))
    through = verify(journal(shop)).records
    run(kept(shop, [move(-200), BalancesOpened(through=through, balances=held), move(300)]))
    assert "8,00" in person("erase", one)[1], "what a purge carried, and what moved behind it"
    assert answer(person("export", one, "--json"))["erased"] is False
    assert answer(person("erase", one, "--unsettled", "--json"))["erased"] is True


def test_more_is_held_of_a_known_person(person: Command, tmp_path: Path, sheet: str) -> None:
    one = answer(person("add", sheet, "--json"))["person"]
    changed = tmp_path / "changed.json"
    moved = msgspec.structs.replace(CONTACT, data=LETTER.data)
    changed.write_bytes(msgspec.json.encode({"items": [moved]}))
    assert answer(person("add", str(changed), "--to", one, "--json"))["person"] == one
    told = answer(person("export", one, "--json"))
    assert told["items"][0]["data"] == {"email": "zoe@quenneville.example"}
    status, text = person("add", sheet, "--to", one)
    assert (status, "E-102" in text) == (1, True), "the invoice doit rester tel quel"


def test_an_older_copy_put_back_stays_erased(person: Command, shop: Path, sheet: str) -> None:
    one, other = (answer(person("add", sheet, "--json"))["person"] for _ in range(2))
    store = shop / database.NAME
    copy = store.read_bytes()
    assert not (shop / "persons.db-wal").exists() or not (shop / "persons.db-wal").stat().st_size
    with reading(shop) as repository:
        gone = [item.sealed for item in repository.items_of(one) if not item.label.obliged]
    person("erase", one)
    assert traces(shop, *gone) == []
    store.write_bytes(copy)
    assert traces(shop, *gone) == ["persons.db"]
    told = answer(person("export", one, "--json"))
    assert [item["name"] for item in told["items"]] == ["facture-15"], "not shown even before"
    assert told["erased"] is True
    assert answer(person("list", "--json")) == [
        {"person": who, "purposes": what}
        for who, what in sorted(
            [(one, ["facture"]), (other, ["commande", "facture", "prospection"])]
        )
    ]
    told_again = Told()
    start(shop, told_again, None)
    assert told_again.events == []
    assert traces(shop, *gone) == []
    verify(journal(shop))


def test_a_start_erases_what_is_due_and_makes_no_store(
    person: Command, shop: Path, sheet: str
) -> None:
    told = Told()
    assert start(shop, told, date(2040, 1, 1)) == []
    assert not (shop / database.NAME).exists()
    one = answer(person("add", sheet, "--json"))["person"]
    assert start(shop, told, None) == []
    assert [label.person for label in start(shop, told, date(2040, 1, 1))] == [one]
    assert start(shop, told, date(2040, 1, 1)) == []


@pytest.mark.parametrize(
    "action", ["erase", *(pytest.param(each, marks=pytest.mark.slow) for each in ("add", "due"))]
)
def test_beside_a_till_that_runs_one_reads_and_does_not_change(
    person: Command, shop: Path, sheet: str, action: str
) -> None:
    """Each that would change something is tried for three seconds: the till may be starting."""
    one = answer(person("add", sheet, "--json"))["person"]
    words = {"add": (sheet,), "erase": (one,), "due": ()}[action]
    lock = Lock(shop)
    try:
        status, text = person(action, *words)
        assert status == 1
        assert "J-103" in text
        assert answer(person("export", one, "--json"))["erased"] is False
        assert len(answer(person("list", "--json"))) == 1
    finally:
        lock.release()


def test_what_cannot_be_done_is_said_with_its_code(
    person: Command, shop: Path, sheet: str, tmp_path: Path
) -> None:
    nobody = "0" * 32
    for action in ("erase", "export"):
        status, text = person(action, nobody)
        assert (status, "E-101" in text) == (1, True)
    wrong = tmp_path / "wrong.json"
    wrong.write_text('{"items":[]}')
    for name, code in ((wrong, "E-102"), (tmp_path / "absent.json", "C-134")):
        status, text = person("add", str(name))
        assert (status, code in text, str(name) in text) == (1, True, True)
    person("add", sheet)
    keyfile.path_in(shop).unlink()
    for words in (("add", sheet), ("due", "--today", "2026-01-01"), ("export", nobody)):
        status, text = person(*words, "--json")
        assert status == 1
        told = json.loads(text)
        assert (told["code"], bool(told["remedy"])) == ("E-103", True)
    status, text = person("list")
    assert (status, "E-103" in text) == (1, True)


def test_without_a_journal_nothing_is_begun(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, sheet: str
) -> None:
    for words in (["list"], ["add", sheet]):
        empty = tmp_path / "empty"
        assert main(["person", *words, "--state", str(empty)]) == 1
        assert "J-107" in capsys.readouterr().err
        assert not empty.exists()


def test_nobody_is_said_in_words(person: Command) -> None:
    assert person("list") == (0, say("Rien n'est tenu de personne.") + "\n")


@pytest.mark.parametrize(
    "words",
    [["erase", "zoe"], ["export"], ["due", "--today", "demain"], []],
)
def test_wrong_usage(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["person", *words])
    assert caught.value.code == 2
    capsys.readouterr()


def test_no_date_to_come_is_believed(person: Command, sheet: str) -> None:
    one = answer(person("add", sheet, "--json"))["person"]
    for words in (("due",), ("erase", one)):
        status, said = person(*words, "--today", "2099-01-01")
        assert (status, "E-114" in said) == (1, True)
    assert answer(person("list", "--json"))[0]["purposes"] == ["commande", "facture", "prospection"]


def test_a_ground_that_was_changed_has_no_invoice_erased(
    person: Command, shop: Path, sheet: str
) -> None:
    one = answer(person("add", sheet, "--json"))["person"]
    db = sqlite3.connect(shop / database.NAME)
    db.execute("UPDATE item SET ground = 'contract' WHERE purpose = 'facture'")
    db.commit()
    db.close()
    status, said = person("erase", one)
    assert (status, "E-105" in said) == (1, True)
    db = sqlite3.connect(shop / database.NAME)
    assert db.execute("SELECT count(*) FROM item").fetchone() == (3,)
    db.close()
