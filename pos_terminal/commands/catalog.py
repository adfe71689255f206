"""`pos-terminal catalog import`: articles out of a web shop's export, as a catalogue of ours.

Without `--out` it is a preview. Exit status: 0 done, 1 refused, 2 usage.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from pos_terminal.commands.argument import add_json
from pos_terminal.commands.files import new_files, reading_file
from pos_terminal.domain import faults
from pos_terminal.domain.catalog.catalog import Catalog
from pos_terminal.domain.codes.barcode import key_of
from pos_terminal.domain.faults import Failure
from pos_terminal.domain.files.catalog import parse_catalog
from pos_terminal.domain.files.cells import BadCell, parse_vat
from pos_terminal.domain.files.exports import FIRST_NUMBER, ExportFormat, Imported, Wishes, convert
from pos_terminal.domain.files.table import NoTableError
from pos_terminal.domain.language import labelled, say
from pos_terminal.process.output import print_json

PREVIEW = 20
"""Rows that a preview shows: a screen, and enough to see a wrong column."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    actions = parser.add_subparsers(dest="action", required=True, metavar=say("ACTION"))
    purpose = say("lire l'export d'une boutique en ligne ou d'un tableur")
    take = actions.add_parser("import", help=purpose)
    take.add_argument("file", type=Path, metavar=say("FICHIER"))
    take.add_argument(
        "--from", dest="program", required=True, choices=[each.value for each in ExportFormat],
        help=say("le programme qui l'a écrit"),
    )
    take.add_argument(
        "--vat", action="append", type=_rate, default=[], metavar=say("CLASSE=TAUX"),
        help=say("le taux d'une classe de taxe : standard=5,5 (plusieurs fois)"),
    )  # fmt: skip
    prices = take.add_mutually_exclusive_group(required=True)
    prices.add_argument("--with-tax", action="store_true", help=say("ses prix sont TTC"))
    prices.add_argument("--without-tax", action="store_true", help=say("ses prix sont HT"))
    take.add_argument(
        "--keep", type=Path, metavar=say("CATALOGUE"),
        help=say("le catalogue présent : ses articles gardent leurs numéros"),
    )  # fmt: skip
    take.add_argument("--first", type=int, default=FIRST_NUMBER, metavar=say("NUMERO"),
                      help=say("le premier des numéros donnés"))  # fmt: skip
    take.add_argument("--out", type=Path, metavar=say("CATALOGUE"),
                      help=say("le fichier à écrire ; sans lui : un aperçu"))  # fmt: skip
    take.add_argument("--state", type=Path, metavar="DIR", help=argparse.SUPPRESS)
    add_json(take)


def run(arguments: argparse.Namespace) -> int:
    """Convert, show, and write where it was asked for; 1 where anything would be guessed."""
    with reading_file(arguments.file):
        source = arguments.file.read_bytes()
    try:
        wishes = Wishes(
            rates={"none": 0, **dict(arguments.vat)},
            with_tax=arguments.with_tax,
            first=arguments.first,
            known=_known(arguments.keep),
        )
        made = convert(source, ExportFormat(arguments.program), wishes)
    except (NoTableError, BadCell) as error:
        raise Failure(faults.BAD_CATALOGUE, labelled(arguments.file, error)) from error
    if made.unmapped:
        wanted = " ".join(f"--vat {name}=…" for name in made.unmapped)
        detail = say("classes de taxe sans taux : {wanted}").format(wanted=wanted)
        raise Failure(faults.BAD_CATALOGUE, detail)
    _, problems = parse_catalog(made.text().encode())
    if problems:
        detail = "\n".join(f"{arguments.file} -> {problem}" for problem in problems)
        raise Failure(faults.BAD_CATALOGUE, detail)
    if arguments.out:
        with new_files(arguments.out) as files:
            files.drafts[0].write_bytes(made.text().encode())
    if arguments.json:
        print_json({"articles": made.rows, "dropped": made.dropped})
    else:
        for line in _shown(made, whole=arguments.out is not None):
            print(line)
    if arguments.out:
        print(say("{n} articles écrits dans {file}").format(n=len(made.rows), file=arguments.out),
              file=sys.stderr)  # fmt: skip
    return 0


def _shown(made: Imported, *, whole: bool) -> Iterator[str]:
    """The first articles as the till would have them, and all that is left out."""
    for row in made.rows if whole else made.rows[:PREVIEW]:
        yield (
            f"{row['plu']:>6}  {row['name'][:32]:32}  {row['price'] or say('libre'):>9}"
            f"  {row['vat']:>4} %  {row['family'][:16]:16}  {row['barcode']}"
        )
    if not whole and len(made.rows) > PREVIEW:
        yield say("… et {n} autres").format(n=len(made.rows) - PREVIEW)
    for dropped in made.dropped:
        yield say("ligne {line}, {name} : {reason}").format(
            line=dropped.line, name=dropped.name, reason=say(dropped.reason)
        )
    yield say("{n} articles, {m} lignes laissées ou abrégées").format(
        n=len(made.rows), m=len(made.dropped)
    )


def _known(file: Path | None) -> dict[str, str]:
    """Numbers of the present catalogue, by barcode and by name. BadCell where it is not good."""
    if file is None:
        return {}
    with reading_file(file):
        source = file.read_bytes()
    catalog, problems = parse_catalog(source)
    if problems:
        raise BadCell(problems[0].key, f"{file}: {problems[0]}")
    return _numbers(catalog)


def _numbers(catalog: Catalog) -> dict[str, str]:
    by_name = {item.name: item.plu for item in catalog.items}
    return by_name | {key_of(code): item.plu for item in catalog.items for code in item.barcodes}


def _rate(text: str) -> tuple[str, int]:
    name, sign, rate = text.rpartition("=")
    try:
        if not (name and sign):
            raise ValueError(say("{text!r} n'est pas CLASSE=TAUX", text=text))
        return name, parse_vat(rate)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
