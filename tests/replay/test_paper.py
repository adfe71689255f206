"""Every receipt of a replayed day, read by somebody else's printer."""

import re
from pathlib import Path

import pytest

from tests.support.emupos import emupos, free_port
from tests.support.replay_oracle import agrees, sums
from tests.support.replaying import replay
from tests.support.shopping import write_day

FIGURE = r"(-?\d+,\d\d)"


def lines_of(text: str) -> list[tuple[str, int]]:
    """Name and cents of each line: what stands between the first two rules, but for details."""
    body = re.split(r"^-+$", text, flags=re.MULTILINE)[1]
    rows = (re.fullmatch(rf"(\S.*?) +{FIGURE} [A-Z]", row) for row in body.splitlines())
    return [(row[1], cents(row[2])) for row in rows if row]


def cents(figure: str) -> int:
    return int(figure.replace(",", ""))


def test_every_receipt_says_what_the_file_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    catalog, day = write_day(tmp_path, 25)
    expected = sums(catalog, day)
    port = free_port()
    front = {
        "id": "front",
        "type": "printer",
        "profile": "epson-tm-t20iii",
        "connections": [{"tcp": {"port": port}}],
    }
    with emupos(tmp_path, [front]) as far_end:
        state = tmp_path / "state"
        _, summary = replay(capsys, catalog, state, day, "--printer", f"127.0.0.1:{port}")
        receipts = far_end.receipts("front")
    assert agrees(summary, expected)
    assert summary["printed_receipts"] == len(receipts) == len(expected.tickets)
    by_number = {}
    for text in receipts:
        printed = re.search(r"Ticket 1-(\d{6})", text)
        assert printed
        by_number[int(printed[1])] = text
    for number, ticket in enumerate(expected.tickets, 1):
        text = by_number[number]
        assert text.count("*** SIMULATION ***") == 2
        assert lines_of(text) == [(name, amount) for name, _, amount in ticket.lines]
        total = re.search(rf"^TOTAL +{FIGURE} €$", text, re.MULTILINE)
        assert total
        assert cents(total[1]) == ticket.total
