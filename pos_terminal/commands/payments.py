"""`pos-terminal payments`: what payment terminals were asked, and their days against the journal's.

Reads the journal only, also beside a till that sells. Exit status: 0 done, 1 the journal cannot be
read, or a terminal moved other sums than the journal has, 2 usage.
"""

import argparse
import re
from collections.abc import Iterator

import msgspec

from pos_terminal.commands.argument import day
from pos_terminal.commands.till import add_options, enter
from pos_terminal.domain.language import say
from pos_terminal.domain.lookup.card_payments import OF_CARDS, Book, matching
from pos_terminal.domain.lookup.reckoning import CardPayment, Reckoning
from pos_terminal.domain.notation import euros
from pos_terminal.domain.printing.card_days import became
from pos_terminal.journal.database import NAME, reading
from pos_terminal.process.output import print_json
from pos_terminal.runtime import card_slips

BATCH = 1000
KINDS = {each.kind for each in OF_CARDS}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    actions = parser.add_subparsers(dest="action", required=True, metavar=say("ACTION"))
    find = actions.add_parser("find", help=say("retrouve un paiement par carte"))
    find.add_argument("--day", type=day, metavar=say("DATE"), help=say("de ce jour : AAAA-MM-JJ"))
    find.add_argument(
        "--hour", type=int, choices=range(24), metavar=say("HEURE"), help=say("de cette heure-là")
    )
    find.add_argument(
        "--amount", type=_cents, metavar=say("MONTANT"), help=say("de ce montant : 12,40")
    )
    find.add_argument(
        "--last-four", default="", metavar=say("CHIFFRES"),
        help=say("par les quatre derniers chiffres de la carte"),
    )  # fmt: skip
    find.add_argument(
        "--slip", action="store_true", help=say("avec le ticket du commerçant, s'il est gardé")
    )
    reconcile = actions.add_parser(
        "reconcile", help=say("rapproche les totaux des terminaux de ceux du journal")
    )
    add_options(find, reconcile)


def _cents(text: str) -> int:
    found = re.fullmatch(r"([0-9]{1,5})[,.]([0-9]{2})", text)
    if found is None:
        wrong = say("{text} n'est pas un montant : 12,40")
        raise argparse.ArgumentTypeError(wrong.format(text=text))
    return int(found[1]) * 100 + int(found[2])


def run(arguments: argparse.Namespace) -> int:
    """Do what the action says."""
    enter(arguments)
    book = Book()
    with reading(arguments.state / NAME) as reader:
        after = reader.purged()
        while rows := reader.rows(after, BATCH):
            for row in rows:
                if row.kind in KINDS:
                    record = row.record()
                    book.take(record.event, record.envelope.at)
            after = rows[-1].seq
    return _find(book, arguments) if arguments.action == "find" else _reconcile(book, arguments)


def _find(book: Book, arguments: argparse.Namespace) -> int:
    found = matching(
        book.payments.values(),
        cents=arguments.amount,
        last_four=arguments.last_four,
        begins=arguments.day.isoformat() if arguments.day else "",
    )
    hour = "" if arguments.hour is None else f"T{arguments.hour:02d}:"
    rows = [each for each in found if hour in each.at]
    if arguments.json:
        slips = {each.ref: _slip(each, arguments) for each in rows}
        said = [
            {**msgspec.to_builtins(each), **({"slip": slips[each.ref]} if arguments.slip else {})}
            for each in rows
        ]
        print_json({"payments": said})
    else:
        for each in rows:
            print(_line(each))
            for line in _slip(each, arguments).splitlines():
                print(f"    {line}")
        if not rows:
            print(say("aucun paiement de ce genre"))
    return 0


def _slip(each: CardPayment, arguments: argparse.Namespace) -> str:
    return card_slips.found(arguments.state, each.ref) if arguments.slip else ""


def _line(each: CardPayment) -> str:
    words = [
        each.at[:19].replace("T", " "), each.ref, each.terminal, euros(each.moved or each.asked),
        became(each), each.scheme if each.moved else "", each.last_four,
        f"{say('auto')} {each.authorisation}" if each.authorisation else "",
        f"{say('ticket')} {each.ticket}" if each.ticket else "",
    ]  # fmt: skip
    return "  ".join(word for word in words if word)


def _reconcile(book: Book, arguments: argparse.Namespace) -> int:
    reckonings = [*book.reckonings, *book.running()]
    if arguments.json:
        print_json({"reckonings": [_as_json(each) for each in reckonings]})
    else:
        for line in _lines(reckonings):
            print(line)
    return 1 if any(each.unexplained for each in reckonings) else 0


def _as_json(each: Reckoning) -> dict[str, object]:
    return {**msgspec.to_builtins(each), "difference": each.difference}


def _lines(reckonings: list[Reckoning]) -> Iterator[str]:
    for each in reckonings:
        said = say("pas encore dit") if each.said is None else euros(each.said)
        yield (
            f"{each.at[:19].replace('T', ' ')}  {each.terminal}  "
            f"{say('journal')} {euros(each.journal)} ({each.payments})  {say('terminal')} {said}"
        )
        if each.difference:
            explained = f"  {say('Ecart expliqué')}" if each.settled else ""
            yield f"  {say('ECART')} {euros(each.difference)}{explained}"
        if each.difference or each.said is None:
            for doubtful in (*each.doubtful, *each.alone):
                yield f"  {say('à vérifier')}  {_line(doubtful)}"
    if not reckonings:
        yield say("aucun paiement par terminal")
