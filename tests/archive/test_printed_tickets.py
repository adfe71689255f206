"""The code at a ticket's foot, asked of an archive and of a journal: paper proves its record."""

from pathlib import Path

import pytest

from pos_terminal.__main__ import main
from pos_terminal.archive.make import make
from pos_terminal.domain.printing.ticket import SHOWN_OF_HASH
from pos_terminal.journal.record import Record
from tests.attacks.on_archives import signs
from tests.attacks.on_keys import SALES
from tests.conftest import run
from tests.support.journaling import kept


def asked(
    capsys: pytest.CaptureFixture[str], *words: str
) -> tuple[int, str]:
    code = main([*words])
    return code, "".join(capsys.readouterr())


def test_a_ticket_proves_its_record_in_archive_and_journal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    records: list[Record] = run(kept(tmp_path / "state", SALES))
    ticket = next(each for each in records if each.kind == "sale.closed")
    archive = str(tmp_path / "archive.zip")
    make(tmp_path / "state", tmp_path / "archive.zip", sign=signs(tmp_path / "state"))
    short = f"{ticket.seq} {ticket.hash.hex()[:SHOWN_OF_HASH]}"
    state = str(tmp_path / "state")

    for code in (short, f"#{ticket.anchor}", short.upper()):
        found, said = asked(capsys, "archive", "verify", archive, "--ticket", code)
        assert found == 0 and f"Ticket 2-000001 du {ticket.envelope.at[:16]}" in said
        assert asked(capsys, "journal", "verify", "--state", state, "--printed", code)[0] == 0
    found, said = asked(capsys, "journal", "verify", "--state", state, "--printed", short)
    assert f"{short} : 2-000001, 1,30 €" in said

    other = f"{ticket.seq} {'0' * SHOWN_OF_HASH}"
    elsewhere = f"{ticket.seq + 1} {short.split()[1]}"
    beyond = f"9999 {short.split()[1]}"
    for code in (other, elsewhere, beyond):
        assert asked(capsys, "archive", "verify", archive, "--ticket", code)[0] == 1, code
        assert asked(capsys, "journal", "verify", "--state", state, "--printed", code)[0] == 1
    assert asked(capsys, "archive", "verify", archive, "--ticket", f"{ticket.seq} 00")[0] == 1
    with pytest.raises(SystemExit, match="2"):
        main(["journal", "verify", "--state", state, "--printed", f"{ticket.seq} 00"])
