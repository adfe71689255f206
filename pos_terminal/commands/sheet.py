"""`pos-terminal sheet`: the command barcodes and key labels, as a PDF or on the receipt printer.

Exit status: 0 done, 1 it could not be drawn, written or printed, 2 usage.
"""

import argparse
import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from pos_terminal.commands.files import new_files
from pos_terminal.commands.sheet_pdf import NoLibrary, draw
from pos_terminal.commands.till import add_options, enter
from pos_terminal.devices.classes import DeviceClass
from pos_terminal.devices.errors import DeviceError
from pos_terminal.domain import faults
from pos_terminal.domain.catalog.catalog import Catalog
from pos_terminal.domain.faults import Failure
from pos_terminal.domain.file_errors import about
from pos_terminal.domain.files.catalog import parse_catalog
from pos_terminal.domain.keyboard.command_sheet import (
    CommandSheet,
    families,
    functions,
    labels,
    receipts,
)
from pos_terminal.domain.language import say
from pos_terminal.domain.receipt import Receipt
from pos_terminal.journal.errors import JournalError
from pos_terminal.journal.state_directory import Lock
from pos_terminal.process.output import print_json
from pos_terminal.process.translation import CONFIG, set_language, translator
from pos_terminal.runtime import config
from pos_terminal.runtime.boot import Booted, read

PARTS = ("functions", "labels", "articles")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument(
        "--out", type=Path, metavar=say("FICHIER.pdf"), help=say("écrit un PDF en A4")
    )
    where.add_argument(
        "--print", action="store_true",
        help=say("imprime sur l'imprimante de tickets, la caisse étant arrêtée"),
    )  # fmt: skip
    parser.add_argument(
        "--part", action="append", choices=PARTS, metavar=say("PARTIE"),
        help=say("cela seul : {parts} ; se répète").format(parts=", ".join(PARTS)),
    )  # fmt: skip
    add_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Draw or print; 0, or 1 where that cannot be done."""
    try:
        if arguments.print:
            enter(arguments)
        booted = _booted(arguments)
        sheet = _sheet(booted, arguments.part or PARTS)
        if arguments.print and booted:
            set_language(booted.settings.language)
            with _till_at_rest(arguments.state):
                asyncio.run(_print(booted, receipts(sheet)))
        else:
            with new_files(arguments.out) as files:
                files.drafts[0].write_bytes(draw(sheet, translator("en")))
    except _BadCatalogue as error:
        raise Failure(faults.BAD_CATALOGUE, str(error)) from error
    except NoLibrary as error:
        detail = say("{error} : pip install 'pos-terminal[sheet]'", error=error)
        raise Failure(faults.EXTRA_MISSING, detail) from error
    except JournalError as error:
        if error.fault is faults.JOURNAL_LOCKED:  # a till that runs holds the printer
            raise Failure(faults.TILL_RUNNING, error.detail) from error
        raise
    if arguments.json:
        print_json(_as_json(sheet, arguments.out))
    return 0


class _BadCatalogue(Exception):
    """The catalogue has a fault, or is not there."""


def _booted(arguments: argparse.Namespace) -> Booted | None:
    """The configuration, if there is one: a sheet of functions can do without."""
    file: Path = arguments.config
    if file == CONFIG and not arguments.print and not file.exists():
        return None
    return read(file.absolute(), config.load(file))


def _sheet(booted: Booted | None, parts: tuple[str, ...]) -> CommandSheet:
    commands = functions() if "functions" in parts else ()
    if booted is None:
        return CommandSheet("pos-terminal", commands)
    settings = booted.settings
    today = datetime.now(settings.zone).date()
    catalog = _catalogue(booted)
    return CommandSheet(
        settings.identity.shop.name,
        commands,
        labels(settings.keymap, catalog, today) if "labels" in parts else (),
        families(catalog, today) if "articles" in parts else (),
    )


def _catalogue(booted: Booted) -> Catalog:
    file = booted.settings.catalog
    try:
        catalog, problems = parse_catalog(file.read_bytes(), booted.settings.patterns)
    except OSError as error:
        raise _BadCatalogue(about(error, file)) from error
    if problems:
        raise _BadCatalogue("\n".join(f"{file}: {problem}" for problem in problems))
    return catalog


@contextmanager
def _till_at_rest(state: Path) -> Iterator[None]:
    """Keep the till from running meanwhile. Raises JournalError where it runs already."""
    if not state.is_dir():  # no till has ever run there
        yield
        return
    lock = Lock(state)
    try:
        yield
    finally:
        lock.release()


async def _print(booted: Booted, papers: tuple[Receipt, ...]) -> None:
    """Print them one after the other. Raises DeviceError."""
    devices = booted.settings.devices
    device = next((each for each in devices if each.device_class is DeviceClass.PRINTER), None)
    if device is None:
        raise DeviceError(faults.PRINTER_OFFLINE, say("les réglages ne nomment pas d'imprimante"))
    driver = booted.plugins.drivers.printers.get(device.driver)
    async with driver.open(device.options) as printer:
        for paper in papers:
            await printer.print(paper)


def _as_json(sheet: CommandSheet, out: Path | None) -> dict[str, object]:
    return {
        "file": str(out) if out else None,
        "commands": [
            {
                "group": group.title,
                "name": each.name,
                "cap": each.called,
                "purpose": each.purpose,
                "code": each.code,
            }
            for group in (*sheet.functions, *sheet.families)
            for each in group.commands
        ],
        "labels": [
            {"key": each.physical, "plu": each.plu, "name": each.name, "price": each.price}
            for each in sheet.labels
        ],
    }
