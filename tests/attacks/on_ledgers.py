"""Attacks on what is drawn from the journal, and decides over money (E10)."""

import io
import sqlite3
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from msgspec.structs import replace

from pos_terminal.__main__ import main
from pos_terminal.domain.catalog.catalog import Catalog
from pos_terminal.domain.events.event import SERIES
from pos_terminal.domain.events.sale import Returned, SaleClosed
from pos_terminal.domain.lookup.questions import TicketWanted, VoucherWanted, Wanted
from pos_terminal.journal.catalogs import FOLDER, keep
from pos_terminal.journal.errors import JournalError
from pos_terminal.projection.comparison import must_agree
from pos_terminal.projection.store import Projection
from pos_terminal.projection.tables import NAME
from pos_terminal.runtime.parsed_catalog import SUFFIX, must_be_as_parsed, parsed
from tests.attacks.attack import Attacker, Found, attack, refused, said
from tests.conftest import run
from tests.support.journaling import every_kind, kept, ticket
from tests.support.shop import CATALOG


def shop(place: Path) -> Path:
    """A morning with a receipt and a refund, and all that is drawn from it."""
    state = place / "state"
    *opened, back = ticket(3, 2, -130)
    assert isinstance(back, SaleClosed)
    lines = (replace(back.lines[0], quantity=-1000, of=Returned(series=SERIES, number=1, line=1)),)
    run(kept(state, [*every_kind()[:-1], *opened, replace(back, lines=lines)]))
    caught_up(state).close()
    must_agree(state)
    return state


def caught_up(state: Path) -> Projection:
    """As the lane of look-ups has it before it answers."""
    projection = Projection(state)
    while projection.advance():
        pass
    return projection


def edited(state: Path, *statements: str) -> None:
    """As whoever has the file may do it."""
    with sqlite3.connect(state / NAME) as db:
        for statement in statements:
            db.execute(statement)
    db.close()


def first(state: Path, sql: str) -> tuple[object, ...]:
    """The first row, to whoever only reads."""
    with sqlite3.connect(state / NAME) as db:
        row: tuple[object, ...] | None = db.execute(sql).fetchone()
    db.close()
    return row or ()


def asked(state: Path, wanted: Wanted) -> Found:
    """What a till says to a clerk who is about to pay out; it answers rightly after that."""
    words = ""
    for _ in range(2):
        projection = caught_up(state)
        try:
            projection.answer(wanted)
        except JournalError as error:
            words = said(f"{error.fault.code} {error.detail}")
        finally:
            projection.close()
    must_agree(state)
    assert words, "nobody found it"
    return Found("till", "before it pays", words.split(" : projection.db")[0])


def compared(state: Path) -> Found:
    """What the till says once it is idle, and `journal verify` when asked."""
    try:
        must_agree(state)
    except JournalError as error:
        words = said(f"{error.fault.code} {error.detail}").partition(" : ")[0]
        how = "manque" if " : manque" in error.detail else "est là"
        return Found("rounds", "within a round", f"{words} : … {how}")
    raise AssertionError("nobody found it")


@attack(Attacker.OWNER, "a voucher written into projection.db, to pay with")
def invented(place: Path) -> Found:
    """A row that no record stands behind."""
    state = shop(place)
    edited(state, "INSERT INTO voucher VALUES ('aa', 'multi', 5000, '', 0, '', 0)")
    assert first(state, "SELECT amount FROM voucher WHERE voucher = 'aa'") == (5000,)
    found = asked(state, VoucherWanted("aa"))
    edited(state, "INSERT INTO voucher VALUES ('aa', 'multi', 5000, '', 0, '', 0)")
    compared(state)
    return found


@attack(Attacker.OWNER, "what came back of a ticket taken out of projection.db, to refund it twice")
def refunded_twice(place: Path) -> Found:
    """The table forgets; the index still leads to the record of the refund."""
    state = shop(place)
    series, number = first(state, "SELECT series, number FROM returned")
    edited(state, "DELETE FROM returned")
    assert first(state, "SELECT count(*) FROM returned") == (0,)
    return asked(state, TicketWanted(str(series), int(str(number))))


@attack(Attacker.OWNER, "the same, and the index of the records that name it with it")
def refunded_unindexed(place: Path) -> Found:
    """Nothing in the file leads to the refund any more."""
    state = shop(place)
    series, number = first(state, "SELECT series, number FROM returned")
    edited(
        state, "DELETE FROM returned", "DELETE FROM named WHERE seq = (SELECT max(seq) FROM named)"
    )
    projection = caught_up(state)
    answer = projection.answer(TicketWanted(str(series), int(str(number))))
    projection.close()
    assert answer, "as it pays, nobody can tell"
    return compared(state)


@attack(Attacker.OWNER, "a paper taken out of projection.db, to print a ticket unmarked again")
def unmarked(place: Path) -> Found:
    """A duplicate that does not say so."""
    state = shop(place)
    series, number = first(
        state, "SELECT series, number FROM paper JOIN ticket USING (series, number) WHERE gift = 0"
    )
    edited(state, f"DELETE FROM paper WHERE (series, number) = ('{series}', {number})")
    return asked(state, TicketWanted(str(series), int(str(number))))


@attack(Attacker.OWNER, "a trigger in projection.db, which forgets what came back of every ticket")
def triggered(place: Path) -> Found:
    """The file is of another schema than the program makes: it is made anew, and says nothing."""
    state = shop(place)
    edited(
        state,
        "CREATE TRIGGER more AFTER UPDATE ON cursor BEGIN DELETE FROM returned; END",
        "UPDATE cursor SET session = session",
    )
    found = compared(state)
    caught_up(state).close()
    assert first(state, "SELECT count(*) FROM sqlite_schema WHERE type = 'trigger'") == (0,)
    must_agree(state)
    return found


def prices(catalog: Catalog) -> list[object]:
    return [item.prices for item in catalog.items]


@attack(Attacker.OWNER, "prices and VAT of another catalogue, laid where the parsed one is kept")
def parsed_forged(place: Path) -> Found:
    """Records name the genuine catalogue; its digest is of what anybody may lay there."""
    state, genuine = place / "state", CATALOG.encode()
    run(kept(state, ticket(1, 1)))
    forged = CATALOG.replace("1,30", "0,30").encode()
    keep(state, genuine)
    other, _ = parsed(state, forged, ())
    (kept_there,) = (state / FOLDER).glob(f"*{SUFFIX}")
    sealed = kept_there.read_bytes()
    parsed(state, genuine, ())
    (kept_there,) = (state / FOLDER).glob(f"*{SUFFIX}")
    must_be_as_parsed(state)
    kept_there.write_bytes(sealed)
    assert prices(parsed(state, genuine, ())[0]) == prices(other), "it is sold by"
    said_so = io.StringIO()
    with redirect_stdout(said_so), redirect_stderr(said_so):
        assert main(["journal", "verify", "--state", str(state)]) == 1
    assert "J-119" in said_so.getvalue(), said_so.getvalue()
    kept_there.write_bytes(sealed)
    words = refused(lambda: must_be_as_parsed(state))
    assert prices(parsed(state, genuine, ())[0]) != prices(other), "made anew"
    return Found("verify", "when asked", words)
