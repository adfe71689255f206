"""`pos-terminal journal archive` and `journal export fec|csv`: what leaves the journal for others.

An archive leaves its record in the journal, so the till must not be running. Exports read beside a
till that sells; their technical event is recorded at once, or by that till within a minute.
"""

import argparse
import asyncio
import hashlib
import sys
import tomllib
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TypeVar

from pos_terminal.archive.accounts import Accounts
from pos_terminal.archive.cells import Style
from pos_terminal.archive.export import fec, tables
from pos_terminal.archive.fec import fiscal_year, siren
from pos_terminal.archive.make import Made, make
from pos_terminal.archive.postings import Grain
from pos_terminal.commands.output import fail, print_json
from pos_terminal.domain import faults
from pos_terminal.domain.audit import jet
from pos_terminal.domain.events.period import Archived
from pos_terminal.domain.events.system import TechnicalEvent
from pos_terminal.domain.notation import euros
from pos_terminal.journal import event_spool
from pos_terminal.journal.errors import JournalError
from pos_terminal.journal.keyring import software
from pos_terminal.runtime.maintenance import stopped_till

LONG = 20_000
"""Records from which long work shows how far it is, where somebody watches."""

Value = TypeVar("Value")
_STEPS = {"verify": "vérification", "copy": "copie", "pack": "compression"}


def add_actions(
    actions: "argparse._SubParsersAction[argparse.ArgumentParser]",
) -> list[argparse.ArgumentParser]:
    """Add both actions; the parsers that take --state and --json, too."""
    archive = actions.add_parser("archive", help="write a ZIP that can be verified alone")
    archive.add_argument("--out", type=Path, required=True, metavar="FILE", help="a new .zip file")
    archive.add_argument("--first", type=int, metavar="N", help="from record N (the first there)")
    archive.add_argument("--last", type=int, metavar="N", help="to record N (the last)")
    archive.add_argument(
        "--even-if-broken", action="store_true", help="archive a damaged journal, and say so in it"
    )
    _accounts_option(archive)
    exports = actions.add_parser("export", help="write the accounting file (FEC), or tables")
    formats = exports.add_subparsers(dest="format", required=True, metavar="FORMAT")
    book = formats.add_parser("fec", help="accounting entries, as LPF art. A. 47 A-1 wants them")
    book.add_argument("--siren", type=_checked(siren), required=True, help="nine digits")
    book.add_argument(
        "--by", type=Grain, default=Grain.DAY, help="an entry a day (day) or a ticket (ticket)"
    )
    _accounts_option(book)
    sheets = formats.add_parser("csv", help="tables of tickets, lines, payments, VAT, closures...")
    sheets.add_argument(
        "--plain", action="store_true", help="commas and points, no byte order mark"
    )
    for part, where in ((book, "the folder"), (sheets, "the folder, or a .zip file")):
        part.add_argument("--out", type=Path, default=Path(), metavar="PATH", help=where)
        _span_options(part)
    return [archive, book, sheets]


def _accounts_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--accounts", type=_accounts, default=Accounts(), metavar="FILE", help="accounts, as TOML"
    )


def _span_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--year", type=int, help="the fiscal year that begins in that year")
    parser.add_argument(
        "--year-begins", type=int, choices=range(1, 13), default=1, metavar="M", help="month (1)"
    )
    day = _checked(date.fromisoformat)
    parser.add_argument("--from", dest="first", type=day, metavar="DATE", help="2026-01-01")
    parser.add_argument("--to", dest="last", type=day, metavar="DATE", help="2026-12-31")


def run_archive(arguments: argparse.Namespace) -> int:
    """Write the archive and record that it was written; 0, or 1 with the reason."""
    if arguments.out.exists():
        detail = f"{arguments.out} is there already"
        return fail(faults.FILE_UNWRITABLE, detail, as_json=arguments.json)
    try:
        made, traced = asyncio.run(_archive(arguments))
    except OSError as error:
        return fail(faults.FILE_UNWRITABLE, str(error), as_json=arguments.json)
    said = {
        "file": str(made.path), "sha256": made.sha256, "bytes": made.size, "first": made.first,
        "last": made.last, "head": made.head, "broken": made.broken, "recorded": traced,
    }  # fmt: skip
    if arguments.json:
        print_json(said)
        return 0
    print(f"{made.path}: records {made.first} to {made.last}, {made.size} bytes")
    print(f"SHA-256 {made.sha256}\nhead {made.head}")
    if made.broken:
        print(f"THE JOURNAL IS BROKEN, and the archive says so: {made.broken}", file=sys.stderr)
    if not traced:
        print("the journal takes no more, so this is not recorded in it", file=sys.stderr)
    return 0


async def _archive(arguments: argparse.Namespace) -> tuple[Made, bool]:
    """The archive, and whether the journal has a record of it: a broken one may take no more."""
    try:
        async with stopped_till(arguments.state) as till:
            key = till.journal.running.key
            sign = software(arguments.state, key).close if key else None
            made = await asyncio.to_thread(_make, arguments, sign)
            event = Archived(first=made.first, last=made.last, sha256=made.sha256)
            await till.record([event])
            return made, True
    except JournalError as error:
        if not arguments.even_if_broken or error.fault is not faults.JOURNAL_DAMAGED:
            raise
        return await asyncio.to_thread(_make, arguments, None), False


def _make(arguments: argparse.Namespace, sign: Callable[[bytes], bytes] | None) -> Made:
    return make(
        arguments.state,
        arguments.out,
        first=arguments.first,
        last=arguments.last,
        accounts=arguments.accounts,
        sign=sign,
        even_if_broken=arguments.even_if_broken,
        progress=_step_bar if sys.stderr.isatty() else None,
    )


def run_export(arguments: argparse.Namespace) -> int:
    """Write the FEC or the tables; 0, 1 with the reason, or 2 where days are named wrongly."""
    try:
        first, last = _days(arguments)
    except ValueError as error:
        print(f"pos-terminal journal export: {error}", file=sys.stderr)
        return 2
    try:
        return {"fec": _fec, "csv": _csv}[arguments.format](arguments, first, last)
    except OSError as error:
        return fail(faults.FILE_UNWRITABLE, str(error), as_json=arguments.json)


def _days(arguments: argparse.Namespace) -> tuple[date, date]:
    if arguments.year is not None:
        if arguments.first or arguments.last:
            raise ValueError("name a year, or the first and last day")
        return fiscal_year(arguments.year, arguments.year_begins)
    if arguments.format == "fec" and not (arguments.first and arguments.last):
        raise ValueError("name the fiscal year (--year), or its first and last day (--from, --to)")
    first, last = arguments.first or date.min, arguments.last or date.max
    if last < first:
        raise ValueError(f"{last} is before {first}")
    return first, last


def _fec(arguments: argparse.Namespace, first: date, last: date) -> int:
    made = fec(
        arguments.state,
        arguments.out,
        arguments.siren,
        first,
        last,
        accounts=arguments.accounts,
        grain=arguments.by,
        progress=_bar if sys.stderr.isatty() else None,
    )
    summary = made.summary
    recorded = _recorded(arguments, f"FEC {_said(first, last)}", [made.path])
    if arguments.json:
        print_json(
            {
                "file": str(made.path),
                "entries": summary.entries,
                "lines": summary.lines,
                "debit_cents": summary.debit,
                "credit_cents": summary.credit,
                "first": summary.first,
                "last": summary.last,
                "backwards": summary.backwards,
                "accounts_cents": summary.accounts,
                "unclosed_tickets": made.unclosed,
                "unknown_records": made.unknown,
                "recorded": recorded,
            }
        )
        return 0
    print(f"{made.path}: {summary.entries} entries, {summary.first} to {summary.last}")
    print(f"debit {euros(summary.debit)} €, credit {euros(summary.credit)} €")
    for count, what in (
        (made.unclosed, "tickets behind the last Z are not in it: close the day first"),
        (made.unknown, "records of a newer version are not in it: export with that version"),
        (summary.backwards, "entries are dated before the one above: the till's clock was wrong"),
    ):
        if count:
            print(f"{count} {what}", file=sys.stderr)
    return 0


def _csv(arguments: argparse.Namespace, first: date, last: date) -> int:
    style = Style.PLAIN if arguments.plain else Style.FRENCH
    progress = _bar if sys.stderr.isatty() else None
    counts = tables(arguments.state, arguments.out, first, last, style=style, progress=progress)
    out = arguments.out
    written = [out] if out.is_file() else [out / name for name in counts]
    recorded = _recorded(arguments, f"tables CSV {_said(first, last)}", written)
    if arguments.json:
        print_json({"out": str(out), "rows": counts, "recorded": recorded})
    else:
        for name, rows in counts.items():
            print(f"{arguments.out / name}: {rows} rows")
    return 0


def _said(first: date, last: date) -> str:
    return "de tous les jours" if first == date.min else f"du {first} au {last}"


def _recorded(arguments: argparse.Namespace, what: str, files: Sequence[Path]) -> bool:
    """Whether the journal has its technical event by now; else a trace of it waits for the till."""
    sha256 = hashlib.sha256()
    for path in files:
        sha256.update(path.read_bytes())
    event = TechnicalEvent(code=jet.EXPORT, detail=f"{what}, SHA-256 {sha256.hexdigest()}")
    try:
        event_spool.spool(arguments.state, event)
        asyncio.run(_take_up(arguments.state))
    except (JournalError, OSError) as error:
        if not arguments.json:
            print(f"the journal records this later: {error}", file=sys.stderr)
        return False
    return True


async def _take_up(state: Path) -> None:
    """Whoever holds a stopped till records the events spooled there."""
    async with stopped_till(state):
        pass


def _checked(read: Callable[[str], Value]) -> Callable[[str], Value]:
    """An option's reader whose ValueError is shown as it is."""

    def checked(text: str) -> Value:
        try:
            return read(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from error

    return checked


def _accounts(name: str) -> Accounts:
    try:
        return Accounts.parse(Path(name).read_text(encoding="utf-8"))
    except (OSError, ValueError, tomllib.TOMLDecodeError) as error:
        raise argparse.ArgumentTypeError(f"{name}: {error}") from error


def _step_bar(step: str, done: int, whole: int) -> None:
    if step == "pack" or whole >= LONG:
        _draw(_STEPS[step], done, whole)


def _bar(done: int, whole: int) -> None:
    if whole >= LONG:
        _draw("", done, whole)


def _draw(what: str, done: int, whole: int) -> None:
    width = 40 * done // whole
    end = "\n" if done == whole else ""
    bar = "#" * width + "." * (40 - width)
    print(f"\r{what} [{bar}] {done} / {whole}", end=end, file=sys.stderr, flush=True)
