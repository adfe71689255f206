"""`pos-terminal journal archive` and `journal export fec|csv`: what leaves the journal for others.

They read beside a till that sells, and leave a record in its journal: of the archive, or of the
export as technical event 110. What could not be recorded ends with status 1.
"""

import argparse
import hashlib
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TypeVar

from pos_terminal.acts import table
from pos_terminal.acts.journal import RecordArchive, RecordExport, RecordMade
from pos_terminal.archive.accounts import Accounts
from pos_terminal.archive.cells import Style
from pos_terminal.archive.export import fec, tables
from pos_terminal.archive.fec import file_names, fiscal_year, siren
from pos_terminal.archive.make import ArchiveMade, make
from pos_terminal.archive.postings import Grain
from pos_terminal.archive.tables import TABLES
from pos_terminal.channel.errors import ChannelError
from pos_terminal.commands.argument import day, whole_number, year
from pos_terminal.commands.files import entered_to_write, reading_file, writing_file
from pos_terminal.commands.journal_customers import InvoiceCustomers
from pos_terminal.commands.journal_invoices import (
    Written,
    file_invoices,
    note_filed,
    write_invoices,
    write_report,
)
from pos_terminal.commands.perform_act import do
from pos_terminal.commands.till import enter
from pos_terminal.domain import faults
from pos_terminal.domain.faults import Failure
from pos_terminal.domain.language import how_many, labelled, say
from pos_terminal.domain.notation import euros
from pos_terminal.journal import keyring
from pos_terminal.journal.database import NAME, reading
from pos_terminal.journal.errors import JournalError
from pos_terminal.persons.errors import PersonsError
from pos_terminal.process.output import fail, print_json
from pos_terminal.process.usage import Misuse
from pos_terminal.storage.files import write_durably

LONG = 20_000
"""Records from which long work shows how far it is, where somebody watches."""

Value = TypeVar("Value")
_STEPS = {"verify": "vérification", "copy": "copie", "pack": "compression"}


def add_actions(
    actions: "argparse._SubParsersAction[argparse.ArgumentParser]",
) -> list[argparse.ArgumentParser]:
    """Add both actions; the parsers that take --state and --json, too."""
    archive = actions.add_parser(
        "archive", help=say("écrit un ZIP qu'un contrôleur vérifie seul")
    )
    archive.add_argument(
        "--out", type=Path, required=True, metavar=say("FICHIER"), help=say("un nouveau .zip")
    )
    archive.add_argument(
        "--first", type=whole_number, metavar="N",
        help=say("de l'écriture N (la première qui est là)"),
    )  # fmt: skip
    archive.add_argument(
        "--last", type=whole_number, metavar="N", help=say("à l'écriture N (la dernière)")
    )
    archive.add_argument(
        "--even-if-broken", action="store_true",
        help=say("archive un journal abîmé, et le dit dans l'archive"),
    )  # fmt: skip
    archive.add_argument(
        "--customers", type=Path, metavar=say("CLES.json"),
        help=say("écrit les clés qui ouvrent à qui les factures ont été faites : à garder à part"),
    )  # fmt: skip
    _accounts_option(archive)
    exports = actions.add_parser(
        "export", help=say("écrit le fichier des écritures comptables (FEC), ou des tables")
    )
    formats = exports.add_subparsers(dest="format", required=True, metavar=say("FORMAT"))
    book = formats.add_parser(
        "fec", help=say("le FEC de l'article A. 47 A-1 du LPF")
    )
    book.add_argument("--siren", type=_checked(siren), required=True, metavar="SIREN",
                      help=say("neuf chiffres"))  # fmt: skip
    book.add_argument(
        "--by", type=Grain, default=Grain.DAY, metavar="day|ticket",
        help=say("une écriture par jour (day) ou par ticket (ticket)"),
    )  # fmt: skip
    _accounts_option(book)
    sheets = formats.add_parser(
        "csv", help=say("des tables : tickets, lignes, paiements, TVA, clôtures...")
    )
    sheets.add_argument(
        "--plain", action="store_true", help=say("virgules et points, sans marque d'ordre (BOM)")
    )
    invoices = formats.add_parser(
        "facturx", help=say("les factures et avoirs émis, en Factur-X (XML de l'EN 16931)")
    )
    report = formats.add_parser(
        "ereporting", help=say("les ventes aux particuliers, par jour, catégorie et taux")
    )
    report.add_argument(
        "--plain", action="store_true", help=say("virgules et points, sans marque d'ordre (BOM)")
    )
    for part, where in (
        (book, say("le dossier")),
        (report, say("le dossier")),
        (sheets, say("le dossier, ou un fichier .zip")),
    ):
        part.add_argument(
            "--out", type=Path, default=Path(), metavar=say("CHEMIN"), help=where
        )
        _span_options(part)
    where_to = invoices.add_mutually_exclusive_group(required=True)
    where_to.add_argument(
        "--out", type=Path, metavar=say("FICHIER"), help=say("un nouveau .zip")
    )
    where_to.add_argument(
        "--into", type=Path, metavar=say("DOSSIER"),
        help=say("un dossier : un fichier par facture qui n'y a pas été mise"),
    )  # fmt: skip
    _span_options(invoices)
    return [archive, book, sheets, invoices, report]


def _accounts_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--accounts", type=Path, metavar=say("FICHIER"),
        help=say("les comptes, en TOML"),
    )  # fmt: skip


def _span_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--year", type=year, metavar=say("ANNEE"),
        help=say("l'exercice qui commence cette année-là"),
    )  # fmt: skip
    parser.add_argument(
        "--year-begins", type=int, choices=range(1, 13), default=1, metavar="M",
        help=say("son premier mois (1)"),
    )  # fmt: skip
    for name, where, purpose in (
        ("--from", "first", say("le premier jour : AAAA-MM-JJ")),
        ("--to", "last", say("le dernier jour : AAAA-MM-JJ")),
    ):
        parser.add_argument(name, dest=where, type=day, metavar=say("DATE"), help=purpose)


def run_archive(arguments: argparse.Namespace) -> int:
    """Write the archive and have it recorded; where that fails there is none."""
    accounts = _accounts(arguments.accounts)
    beside = [arguments.customers] if arguments.customers else []
    with entered_to_write(arguments, arguments.out, *beside) as files:
        made = _make(arguments, files.drafts, accounts)
        files.deliver()  # what is recorded is there; an archive that nothing traces is none
        recorded = _is_recorded(arguments, made)
    if arguments.json:
        print_json(
            {
                "file": str(arguments.out), "sha256": made.sha256, "bytes": made.size,
                "first": made.first, "last": made.last, "head": made.head, "broken": made.broken,
                "recorded": recorded,
            }
        )  # fmt: skip
        return 0
    words = say("{file} : écritures {first} à {last}, {size} octets")
    print(words.format(file=arguments.out, first=made.first, last=made.last, size=made.size))
    print(say("SHA-256 {sha256}\ntête {head}").format(sha256=made.sha256, head=made.head))
    if made.broken:
        words = say("LE JOURNAL EST ABÎMÉ, et l'archive le dit : {how}")
        print(words.format(how=made.broken), file=sys.stderr)
    if not recorded:
        print(say("Le journal ne prend plus rien : l'archive n'y est pas."), file=sys.stderr)
    return 0


def _is_recorded(arguments: argparse.Namespace, made: ArchiveMade) -> bool:
    """Have it recorded; whether the journal has that record: a broken one may take no more."""
    asked = RecordArchive(
        first=made.first, last=made.last, sha256=made.sha256, years=made.years
    )
    try:
        do(arguments, table.JOURNAL_ARCHIVED, asked, RecordMade)
    except ChannelError as error:
        if arguments.even_if_broken and error.fault is faults.JOURNAL_DAMAGED:
            return False
        raise
    return True


def _make(
    arguments: argparse.Namespace, files: Sequence[Path], accounts: Accounts
) -> ArchiveMade:
    state: Path = arguments.state
    with reading(state / NAME) as reader:
        keys, last = reader.stored_keys(), arguments.last or reader.last()
    # Behind the last record: whoever got an invoice since is in no archive of these.
    try:
        customers = InvoiceCustomers.of(state)
    except PersonsError:
        if not arguments.even_if_broken:
            raise
        customers = InvoiceCustomers()
    sign = None
    try:
        sign = keyring.load(state, keys[-1].key).close if keys else None
    except JournalError:
        if not arguments.even_if_broken:
            raise
    made = make(
        state,
        files[0],
        first=arguments.first,
        last=last,
        accounts=accounts,
        customers=customers.find,
        sign=sign,
        even_if_broken=arguments.even_if_broken,
        progress=_step_bar if sys.stderr.isatty() else None,
    )
    for file in files[1:]:
        write_durably(file, customers.keys(made.sha256), 0o600)
    return made


def run_export(arguments: argparse.Namespace) -> int:
    """Write the FEC or the tables; 0, or 1 where they are written and could not be recorded."""
    first, last = _days(arguments)
    formats = {"fec": _fec, "csv": _csv, "facturx": _facturx, "ereporting": _ereporting}
    return formats[arguments.format](arguments, first, last)


def _days(arguments: argparse.Namespace) -> tuple[date, date]:
    if arguments.year is not None:
        if arguments.first or arguments.last:
            raise Misuse(say("nommer un exercice, ou le premier et le dernier jour"))
        return fiscal_year(arguments.year, arguments.year_begins)
    if arguments.format == "fec" and not (arguments.first and arguments.last):
        raise Misuse(say("nommer l'exercice (--year), ou ses deux bouts (--from, --to)"))
    first, last = arguments.first or date.min, arguments.last or date.max
    if last < first:
        raise Misuse(say("{last} est avant {first}").format(last=last, first=first))
    return first, last


def _fec(arguments: argparse.Namespace, first: date, last: date) -> int:
    accounts = _accounts(arguments.accounts)
    outs = [arguments.out / name for name in file_names(arguments.siren, last)]
    with entered_to_write(arguments, *outs, folder=arguments.out) as files:
        made = fec(
            arguments.state,
            files.drafts[0].parent,
            arguments.siren,
            first,
            last,
            accounts=accounts,
            grain=arguments.by,
            progress=_bar if sys.stderr.isatty() else None,
        )
        sha256 = _digest([made.path])
        files.deliver()
        recorded = _recorded(arguments, f"FEC {_said(first, last)}", sha256)
    summary = made.summary
    if arguments.json:
        print_json(
            {
                "file": str(outs[0]),
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
        return 0 if recorded else 1
    words = say("{file} : {entries}, du {first} au {last}")
    if not summary.entries:
        words = say("{file} : aucune écriture entre ces jours")
    entries = how_many(summary.entries, "{count} écriture", "{count} écritures")
    print(
        words.format(file=outs[0], entries=entries, first=summary.first, last=summary.last)
    )
    debit, credit = euros(summary.debit), euros(summary.credit)
    print(say("débit {debit} €, crédit {credit} €").format(debit=debit, credit=credit))
    for count, what in (
        (made.unclosed, say("tickets d'après le dernier Z n'y sont pas : clore d'abord le jour")),
        (made.unknown, say("écritures d'une version plus récente n'y sont pas")),
        (summary.backwards, say("écritures sont datées d'avant la précédente : horloge fausse")),
    ):
        if count:
            print(f"{count} {what}", file=sys.stderr)
    return 0 if recorded else 1


def _csv(arguments: argparse.Namespace, first: date, last: date) -> int:
    style = Style.PLAIN if arguments.plain else Style.FRENCH
    progress = _bar if sys.stderr.isatty() else None
    out = arguments.out
    zipped = out.suffix.lower() == ".zip"
    outs = [out] if zipped else [out / each.name for each in TABLES]
    with entered_to_write(arguments, *outs, folder=None if zipped else out) as files:
        draft = files.drafts[0] if zipped else files.drafts[0].parent
        counts = tables(arguments.state, draft, first, last, style=style, progress=progress)
        sha256 = _digest(files.drafts)
        files.deliver()
        recorded = _recorded(arguments, f"tables CSV {_said(first, last)}", sha256)
    if arguments.json:
        print_json({"out": str(out), "rows": counts, "recorded": recorded})
    else:
        for name, rows in counts.items():
            print(labelled(out / name, how_many(rows, "{count} ligne", "{count} lignes")))
    return 0 if recorded else 1


def _facturx(arguments: argparse.Namespace, first: date, last: date) -> int:
    if arguments.into:
        return _filed(arguments)
    with entered_to_write(arguments, arguments.out) as files:
        (draft,) = files.drafts
        made = write_invoices(arguments.state, arguments.config, draft, first, last)
        sha256 = _digest(files.drafts)
        files.deliver()
        recorded = _recorded(arguments, f"factures Factur-X {_said(first, last)}", sha256)
    if arguments.json:
        body = {"file": str(arguments.out), "invoices": made.invoices, "gone": made.gone}
        print_json({**body, "recorded": recorded})
    else:
        words = say("{file} : {count} factures et avoirs")
        print(words.format(file=arguments.out, count=len(made.invoices)))
        _say_gone(made)
    return 0 if recorded else 1


def _say_gone(made: Written) -> None:
    for number in made.gone:
        words = say("{number} : le client n'est plus connu")
        print(words.format(number=number), file=sys.stderr)


def _filed(arguments: argparse.Namespace) -> int:
    enter(arguments)
    with writing_file():
        made = file_invoices(arguments.state, arguments.config, arguments.into)
    files = [arguments.into / f"{number}.xml" for number in made.invoices]
    recorded = True
    if files:
        what = f"factures Factur-X {made.invoices[0]} à {made.invoices[-1]}"
        recorded = _recorded(arguments, what, _digest(files))
    if recorded:  # else the next time tries again: what nothing traces is not done
        with writing_file():
            note_filed(arguments.state, made)
    if arguments.json:
        told = {"folder": str(arguments.into), "invoices": made.invoices, "gone": made.gone}
        print_json({**told, "recorded": recorded})
    else:
        words = say("{folder} : {count} factures et avoirs")
        print(words.format(folder=arguments.into, count=len(made.invoices)))
        _say_gone(made)
    return 0 if recorded else 1


def _ereporting(arguments: argparse.Namespace, first: date, last: date) -> int:
    style = Style.PLAIN if arguments.plain else Style.FRENCH
    out = arguments.out / "ereporting.csv"
    with entered_to_write(arguments, out, folder=arguments.out) as files:
        (draft,) = files.drafts
        rows = write_report(arguments.state, draft, first, last, style)
        sha256 = _digest(files.drafts)
        files.deliver()
        recorded = _recorded(arguments, f"ventes aux particuliers {_said(first, last)}", sha256)
    if arguments.json:
        print_json({"file": str(out), "rows": rows, "recorded": recorded})
    else:
        print(labelled(out, how_many(rows, "{count} ligne", "{count} lignes")))
    return 0 if recorded else 1


def _said(first: date, last: date) -> str:
    return "de tous les jours" if first == date.min else f"du {first} au {last}"


def _digest(files: Sequence[Path]) -> str:
    sha256 = hashlib.sha256()
    for path in files:
        sha256.update(path.read_bytes())
    return sha256.hexdigest()


def _recorded(arguments: argparse.Namespace, what: str, sha256: str) -> bool:
    """Have the export recorded; whether it is. Where it is not, that is said."""
    asked = RecordExport(what=what, sha256=sha256)
    try:
        do(arguments, table.JOURNAL_EXPORTED, asked, RecordMade)
    except ChannelError as error:
        print(say("Cet export n'est pas enregistré dans le journal :"), file=sys.stderr)
        fail(error, as_json=False)
        return False
    return True


def _checked(read: Callable[[str], Value]) -> Callable[[str], Value]:
    """An option's reader whose ValueError is shown as it is."""

    def checked(text: str) -> Value:
        try:
            return read(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from error

    return checked


def _accounts(file: Path | None) -> Accounts:
    if file is None:
        return Accounts()
    with reading_file(file):
        source = file.read_text(encoding="utf-8")
    try:
        return Accounts.parse(source)
    except ValueError as error:  # what is no TOML is one, too
        raise Failure(faults.FILE_UNREADABLE, labelled(file, error)) from error


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


ACTIONS: dict[str, Callable[[argparse.Namespace], int]] = {
    "archive": run_archive,
    "export": run_export,
}
