"""`pos-terminal close day|month|year`: make the Z of a till that does not run, and print it.

Exit status: 0 closed, 1 it could not be closed, 2 usage.
"""

import argparse
import asyncio
from pathlib import Path

import msgspec

from pos_terminal.commands.output import fail, print_json
from pos_terminal.commands.paper import plain
from pos_terminal.domain import faults
from pos_terminal.domain.events.period import Period, PeriodClosed
from pos_terminal.domain.period.book import NotYet
from pos_terminal.domain.period.closing import OpenSales
from pos_terminal.domain.printing import report
from pos_terminal.journal.errors import JournalError
from pos_terminal.journal.record import Record
from pos_terminal.journal.witness import head_qr
from pos_terminal.runtime.config import BadConfiguration
from pos_terminal.runtime.maintenance import StoppedTill, stopped_till
from pos_terminal.runtime.translation import set_language

STATE = Path("/var/lib/pos-terminal")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("period", choices=[period.value for period in Period])
    parser.add_argument("--state", type=Path, default=STATE, metavar="DIR")
    parser.add_argument("--json", action="store_true", help="the closure as one JSON object")
    parser.add_argument(
        "--carry", action="store_true", help="take open sales over into the next day, on record"
    )
    parser.add_argument(
        "--operator", type=_operator, default=0, metavar="N", help="who closes, and answers for it"
    )


def run(arguments: argparse.Namespace) -> int:
    """Close the period; 0, or 1 with the reason."""
    as_json = arguments.json
    try:
        print(asyncio.run(_close(arguments)))
    except OpenSales as error:
        if not as_json:
            return fail(faults.SALES_OPEN, str(error), as_json=False)
        fault = faults.SALES_OPEN
        print_json({"code": fault.code, "sales": error.sales, "remedy": fault.remedy})
        return 1
    except NotYet as error:
        return fail(faults.NOTHING_TO_CLOSE, str(error), as_json=as_json)
    except JournalError as error:
        return fail(error.fault, error.detail, as_json=as_json)
    except BadConfiguration as error:
        return fail(faults.BAD_CONFIGURATION, str(error), as_json=as_json)
    return 0


async def _close(arguments: argparse.Namespace) -> str:
    async with stopped_till(arguments.state) as till:
        set_language(till.settings.language)
        period = Period(arguments.period)
        carry, operator = arguments.carry, arguments.operator
        record = await till.close_period(period, carry=carry, operator=operator)
        return _as_json(record) if arguments.json else _paper(till, record)


def _as_json(record: Record) -> str:
    body = msgspec.to_builtins(record.event)
    shown = {"seq": record.seq, "at": record.envelope.at, "head": record.hash.hex(), **body}
    return msgspec.json.encode(shown).decode()


def _paper(till: StoppedTill, record: Record) -> str:
    closed = record.event
    if not isinstance(closed, PeriodClosed):
        raise TypeError(f"record {record.seq} is no closure")
    at = record.envelope.at
    head = head_qr(record.hash, record.seq, at)
    return plain(report.closure(till.identity, closed, at, head=head))


def _operator(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("an operator's number counts from 1")
    return number
