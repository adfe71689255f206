"""A released kind never changes its meaning: what later versions do to it is add, and no more."""

import copy
import json
from pathlib import Path

import pytest

from pos_terminal.journal.upcast import UPCASTS
from tests.journal.make_golden import GOLDEN
from tests.support.kinds import Schema, changed, schema

RELEASED = sorted(GOLDEN.glob("*.kinds.json"))


@pytest.mark.parametrize("released", RELEASED, ids=lambda path: path.name)
def test_what_a_release_wrote_down_is_only_added_to(released: Path) -> None:
    before: Schema = json.loads(released.read_text())
    assert changed(before, schema(), frozenset(UPCASTS)) == []


def test_each_golden_journal_has_its_kinds_beside_it() -> None:
    assert RELEASED
    assert [path.name.removesuffix(".kinds.json") for path in RELEASED] == sorted(
        path.stem for path in GOLDEN.glob("*.zip")
    )


def test_what_is_no_addition_is_found() -> None:
    now = schema()
    for name, field, how, words in (
        ("sale.closed", "number", {"type": "str"}, "sale.closed.number was int"),
        ("TicketLine", "net", None, "TicketLine.net is gone"),
        ("authority.given", "right", {"values": ["void"]}, "authority.given.right has fewer"),
        ("line.sold", "tare", {"default": False}, "line.sold.tare has no default any more"),
    ):
        later = copy.deepcopy(now)
        if how is None:
            del later[name][field]
        else:
            later[name][field] |= how
        found = changed(now, later, frozenset())
        assert any(each.startswith(words) for each in found), (words, found)
    later = copy.deepcopy(now)
    later["sale.closed"]["weather"] = {"type": "str", "default": False}
    assert changed(now, later, frozenset()) == ["sale.closed.weather is new, and has no default"]
    later["sale.closed"]["weather"]["default"] = True
    assert changed(now, later, frozenset()) == []
    assert changed(now, {}, frozenset(now)) == []
