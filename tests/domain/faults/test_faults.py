"""The one table of faults: each is used, and says what a clerk can read and do."""

import ast
import re
from pathlib import Path

import pytest

from pos_terminal.domain import faults
from pos_terminal.domain.faults import Fault, by_code, every
from pos_terminal.domain.faults.fault import PLACES, define

ROOT = Path(__file__).parents[3]


def used() -> set[str]:
    """Every name in capitals that code outside the table takes from it."""
    names: set[str] = set()
    for folder in ("pos_terminal", "drivers", "plugins"):
        for file in (ROOT / folder).rglob("*.py"):
            if file.parent.name == "faults":
                continue
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.Attribute):
                    names.add(node.attr)
                elif isinstance(node, ast.Name):
                    names.add(node.id)
    return names


TABLE = {name: value for name, value in vars(faults).items() if isinstance(value, Fault)}


def test_every_fault_has_one_name_and_is_used() -> None:
    assert set(every()) == set(TABLE.values())
    assert set(TABLE) - used() == set()


@pytest.mark.parametrize("fault", every(), ids=lambda fault: fault.code)
def test_each_can_be_read_and_acted_on(fault: Fault) -> None:
    assert re.fullmatch(rf"[{PLACES}]-[12]\d\d", fault.code)
    assert fault.text.isascii() and fault.text.isupper() and 0 < len(fault.text) <= 20
    assert fault.cause.endswith(".") and fault.remedy.endswith(".")
    assert by_code(fault.code) is fault
    assert str(fault) == f"{fault.code} {fault.text}"


def test_codes_and_texts_are_unique() -> None:
    assert len({fault.code for fault in every()}) == len(every())
    assert len({fault.text for fault in every()}) == len(every())


@pytest.mark.parametrize(("code", "text"), [("A-101", "AUTRE"), ("A-199", "X" * 21)])
def test_a_second_cause_or_a_long_text_is_refused(code: str, text: str) -> None:
    with pytest.raises(ValueError, match="one cause"):
        define(code, text, "", "")
    with pytest.raises(KeyError):
        by_code("A-199")
