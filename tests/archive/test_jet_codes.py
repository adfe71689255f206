"""Each code of the JET is written by the records that docs/closing.md names, and by no other."""

import ast
import csv
import re
from collections import defaultdict
from collections.abc import Iterator
from io import TextIOWrapper
from pathlib import Path
from zipfile import ZipFile

import msgspec

from pos_terminal.domain.audit import jet
from pos_terminal.domain.events.event import SERIES, Event
from pos_terminal.domain.events.paper import ReceiptPrinted
from pos_terminal.domain.events.payment import PaymentDecided, TerminalReckoned
from pos_terminal.domain.events.period import Archived
from pos_terminal.domain.events.system import TechnicalEvent, TillStarted
from pos_terminal.domain.events.values import PreviousEnd, PrintOutcome
from pos_terminal.verifier import in_force, technical
from tests.journal.make_golden import GOLDEN

PACKAGE = Path(jet.__file__).parents[2]
PAGE = Path(__file__).parents[2] / "docs" / "closing.md"

BESIDE: list[Event] = [
    Archived(first=1, last=9, sha256="5a" * 32),
    PaymentDecided(ref="A000000101", paid=True, amount=800, authorisation="772211", authority=9),
    PaymentDecided(ref="A000000101", paid=False, amount=0),
    ReceiptPrinted(series=SERIES, number=1, copy=0, outcome=PrintOutcome.REFUSED, fault="P-103"),
    TerminalReckoned(terminal="tpe", said=900, journal=800, payments=1),
    TillStarted(version="1", after=PreviousEnd.CRASH, configuration="", catalog=""),
    TillStarted(version="1", after=PreviousEnd.STOP, configuration="", catalog=""),
]
"""What records that the golden journals have in one form are in another."""


def by_kind() -> Iterator[tuple[int, str]]:
    """Codes that records have by what they are: the golden journals have every kind."""
    for golden in GOLDEN.glob("*.zip"):
        with ZipFile(golden) as archive, archive.open("jet.csv") as file:
            for row in csv.DictReader(TextIOWrapper(file, "utf-8-sig"), delimiter=";"):
                if row["evenement"] != TechnicalEvent.kind:
                    yield int(row["code"]), row["evenement"]
    for event in BESIDE:
        line = jet.jet_line(event)
        assert line
        yield line.code, event.kind


def by_name() -> Iterator[tuple[int, str]]:
    """Codes that the program writes in so many words."""
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == TechnicalEvent.__name__:
                (code,) = (each.value for each in node.keywords if each.arg == "code")
                number = getattr(jet, ast.unparse(code).removeprefix("jet."))
                yield number, TechnicalEvent.kind


def test_the_page_says_of_each_code_which_records_have_it() -> None:
    written: dict[int, set[str]] = defaultdict(set)
    for code, kind in (*by_kind(), *by_name()):
        written[code].add(kind)
    rows = re.findall(r"^\| (\d+) \| .+? \| (.+?) \|$", PAGE.read_text(encoding="utf-8"), re.M)
    said = {int(code): {*re.findall(r"`([\w.]+)`", kinds)} for code, kinds in rows}
    assert said == written
    assert said.keys() == jet.CODES.keys()


def test_the_verifier_takes_the_codes_that_the_program_writes_and_no_other() -> None:
    assert {code for code, _ in by_name()} == in_force.OWN


def test_the_archives_verifier_tells_the_same_of_what_the_golden_journals_lack() -> None:
    """By words of its own: of all other records the golden archives hold it to these."""
    assert technical.LABELS == jet.CODES
    for event in BESIDE:
        line = jet.jet_line(event)
        assert line
        body = msgspec.json.decode(msgspec.json.encode(event))
        assert technical.technical(event.kind, body) == (line.code, line.label, line.detail)
