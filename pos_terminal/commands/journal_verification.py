"""`pos-terminal journal verify|note|witness|cosign|rotate-key`: is it as written, and who says so.

Exit status: 0 done, 1 the journal is bad, or a witness or the till refused, 2 usage.
"""

import argparse
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import msgspec

from pos_terminal.acts import table
from pos_terminal.acts.journal import KeyTold, RotateKey
from pos_terminal.commands.argument import whole_number
from pos_terminal.commands.files import entered_to_write, reading_file
from pos_terminal.commands.perform_act import do
from pos_terminal.commands.till import enter
from pos_terminal.domain import faults
from pos_terminal.domain.audit.key_worth import worth
from pos_terminal.domain.faults import Failure
from pos_terminal.domain.language import how_many, say
from pos_terminal.domain.notation import euros
from pos_terminal.journal import consistency_proof, printed
from pos_terminal.journal.consistency_proof import Extension
from pos_terminal.journal.database import NAME, reading
from pos_terminal.journal.errors import JournalError, using
from pos_terminal.journal.note import cosigner
from pos_terminal.journal.submission import signed_note
from pos_terminal.journal.unreadable import UNREADABLE
from pos_terminal.journal.verify import Level, Verified, verify
from pos_terminal.journal.witness import Cosignature, Refused, Witness, take
from pos_terminal.process.output import print_json
from pos_terminal.projection.comparison import must_agree
from pos_terminal.runtime.parsed_catalog import must_be_as_parsed
from pos_terminal.storage.files import write_durably

T = TypeVar("T")

LONG = 20_000
"""Records from which `verify` shows how far it is, where somebody watches."""

BAR = 40


def add_actions(
    actions: "argparse._SubParsersAction[argparse.ArgumentParser]",
) -> tuple[argparse.ArgumentParser, ...]:
    """Add the actions' options; the caller adds those of every command."""
    check = actions.add_parser(
        "verify", help=say("vérifie chaque écriture, signature, total et numéro")
    )
    levels = [level.value for level in Level]
    check.add_argument("--level", choices=levels, default="all", help=say("jusqu'où (all)"))
    check.add_argument(
        "--key", default="", metavar="ID", help=say("une clé qui doit l'avoir signé")
    )
    check.add_argument(
        "--witness",
        action="append",
        type=_witness_id,
        default=[],
        metavar="ID",
        help=say("un témoin qui compte, les autres non : empreinte ou vkey ; se répète"),
    )
    check.add_argument(
        "--quorum", type=whole_number, default=1, metavar="N",
        help=say("combien de témoins il faut (1)"),
    )  # fmt: skip
    check.add_argument(
        "--tsa",
        type=Path,
        metavar="CA.pem",
        help=say("des autorités dont l'une doit l'avoir daté (RFC 3161)"),
    )
    check.add_argument(
        "--printed",
        action="append",
        type=printed.code,
        default=[],
        metavar=say("N EMPREINTE"),
        help=say("le code d'un Z ou d'un ticket, qui doit y être ; se répète"),
    )
    shown = actions.add_parser(
        "note", help=say("affiche le dernier point de contrôle signé, pour des témoins du réseau")
    )
    shown.add_argument(
        "--vkey", action="store_true", help=say("la clé que le témoin doit connaître, seule")
    )
    hand = actions.add_parser(
        "witness", help=say("remet ce dont un témoin a besoin, ou prend sa réponse")
    )
    which = hand.add_mutually_exclusive_group(required=True)
    file = say("FICHIER")
    which.add_argument(
        "--to", type=Path, metavar=file, help=say("écrit ce dont un témoin a besoin")
    )
    which.add_argument(
        "--take", type=Path, metavar=file, help=say("garde ce qu'un témoin a répondu")
    )
    hand.add_argument(
        "--after", type=whole_number, metavar="N", help=say("la dernière écriture qu'il a vue")
    )
    cosign = actions.add_parser(
        "cosign", help=say("fait le témoin : vérifie ce qu'une caisse a remis")
    )
    cosign.add_argument(
        "--witness", type=Path, required=True, metavar=say("DOSSIER"), help=say("le sien")
    )
    cosign.add_argument(
        "--out", type=Path, required=True, metavar=file, help=say("ce qui est à rendre")
    )
    cosign.add_argument("file", type=Path, metavar=file, help=say("ce que la caisse a remis"))
    rotate = actions.add_parser(
        "rotate-key", help=say("de nouvelles clés prennent la suite, par une écriture signée")
    )
    return check, shown, hand, cosign, rotate


def _witness_id(text: str) -> str:
    """A witness's id, also from its vkey. ValueError where it is neither."""
    return cosigner(text).witness if "+" in text else text


def run_verify(arguments: argparse.Namespace) -> int:
    """Check the journal; 0 where it is what was written, 1 where it is not."""
    authorities = b""
    if arguments.tsa:
        with reading_file(arguments.tsa):
            authorities = arguments.tsa.read_bytes()
    enter(arguments)
    path = arguments.state / NAME
    watched = _bar if sys.stderr.isatty() else None
    found = verify(
        path,
        watched,
        level=Level(arguments.level),
        key=arguments.key,
        quorum=max(1, arguments.quorum),
        among=arguments.witness,
        authorities=authorities,
    )
    with reading(path) as reader:
        proven = [printed.must_be_here(reader, code) for code in arguments.printed]
    if found.level is Level.ALL:
        must_agree(arguments.state)
        must_be_as_parsed(arguments.state)
    if arguments.json:
        print_json({"good": True, **_summary(found), "printed": proven})
    else:
        print("\n".join(_as_text(path, found)))
        for code, what in zip(arguments.printed, proven, strict=True):
            print(say("{code} : {what}", code=code, what=what))
    return 0


def _as_text(path: Path, found: Verified) -> Iterator[str]:
    net, absolute = euros(found.total.net), euros(found.total.absolute)
    good = say("{path} : bon, {records}, totaux {net} € nets, {absolute} € sans signes")
    records = how_many(found.records, "{count} écriture", "{count} écritures")
    yield good.format(path=path, records=records, net=net, absolute=absolute)
    yield say("tête {head}").format(head=found.head)
    yield say("niveau {level} : {checked} écritures, {checkpoints} points de contrôle").format(
        level=found.level.value, checked=found.checked, checkpoints=found.checkpoints
    )
    yield say("clé {key}, {worth}").format(key=found.key, worth=worth(found.origin))
    yield say("attesté jusqu'à l'écriture {witnessed} ; {exposed} écritures sans témoin").format(
        witnessed=found.witnessed, exposed=found.exposed
    )
    for witness in found.witnesses:
        yield say("témoin {witness}").format(witness=witness)
    if found.dated:
        yield say("daté jusqu'à l'écriture {last} : {at}").format(
            last=found.dated, at=found.dated_at
        )
    if found.purged:
        yield say("purgé jusqu'à l'écriture {last} : les empreintes sont là, et concordent").format(
            last=found.purged
        )
    if found.unknown:
        yield say("{count} écritures d'une version plus récente : liées, non recomptées").format(
            count=found.unknown
        )


def _summary(found: Verified) -> dict[str, object]:
    return {
        "records": found.records,
        "head": found.head,
        "sales": found.counts.sale,
        "tickets": found.counts.tickets,
        "total_cents": {"net": found.total.net, "abs": found.total.absolute},
        "unknown": found.unknown,
        "level": found.level,
        "checked": found.checked,
        "checkpoints": found.checkpoints,
        "key": found.key,
        "key_origin": found.origin,
        "purged": found.purged,
        "witnessed": found.witnessed,
        "witnesses": found.witnesses,
        "dated": found.dated,
        "dated_at": found.dated_at,
        "exposed": found.exposed,
    }


def run_note(arguments: argparse.Namespace) -> int:
    """Print the last checkpoint as a signed note with its cosignatures, or this log's key."""
    enter(arguments)
    shown = signed_note(arguments.state)
    if arguments.json:
        print_json({"vkey": shown.vkey, "size": shown.size, "note": shown.note})
    else:
        print(shown.vkey if arguments.vkey else shown.note, end="\n" if arguments.vkey else "")
    return 0


def run_witness(arguments: argparse.Namespace) -> int:
    """Write the file for a witness, or keep its answer."""
    try:
        if arguments.take:
            return _take(arguments)
        with entered_to_write(arguments, arguments.to) as files:
            handed = consistency_proof.export(arguments.state / NAME, arguments.after)
            write_durably(files.drafts[0], msgspec.json.encode(handed) + b"\n")
    except Refused as error:
        raise Failure(faults.WITNESS_DISAGREES, str(error)) from error
    size = handed.said.size
    words = say("{file} : écritures jusqu'à {last}").format(file=arguments.to, last=size)
    return _say({"size": size}, words, arguments)


def _take(arguments: argparse.Namespace) -> int:
    with reading_file(arguments.take):
        answer = arguments.take.read_bytes()
    enter(arguments)
    size = take(arguments.state / NAME, _decoded(answer, Cosignature))
    words = say("attesté jusqu'à l'écriture {last}").format(last=size)
    return _say({"witnessed": size}, words, arguments)


def run_cosign(arguments: argparse.Namespace) -> int:
    """Be the witness: check, keep, sign."""
    try:
        with reading_file(arguments.file):
            handed = _decoded(arguments.file.read_bytes(), Extension)
        arguments.state = arguments.witness  # whose place it is decides who may write there
        with entered_to_write(arguments, arguments.out) as files:
            with using(arguments.witness):
                arguments.witness.mkdir(mode=0o700, parents=True, exist_ok=True)
                answer = Witness(arguments.witness).cosign(handed, datetime.now().astimezone())
            write_durably(files.drafts[0], msgspec.json.encode(answer) + b"\n")
    except Refused as error:
        raise Failure(faults.WITNESS_DISAGREES, str(error)) from error
    size = handed.said.size
    witness = answer.said.witness
    said = {"size": size, "witness": witness}
    words = say("écritures jusqu'à {last} attestées par {witness}")
    return _say(said, words.format(last=size, witness=witness), arguments)


def run_rotate(arguments: argparse.Namespace) -> int:
    """Have new keys take over."""
    enter(arguments)
    key = do(arguments, table.JOURNAL_ROTATE_KEY, RotateKey(), KeyTold).key
    return _say({"key": key}, say("désormais signe la clé {key}").format(key=key), arguments)


ACTIONS = {
    "verify": run_verify,
    "note": run_note,
    "witness": run_witness,
    "cosign": run_cosign,
    "rotate-key": run_rotate,
}


def _decoded(content: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(content, type=kind)
    except UNREADABLE as error:
        raise JournalError(faults.WITNESS_MISSING, str(error)) from error


def _say(said: dict[str, object], words: str, arguments: argparse.Namespace) -> int:
    if arguments.json:
        print_json(said)
    else:
        print(words)
    return 0


def _bar(done: int, last: int) -> None:
    if last < LONG:
        return
    width = BAR * done // last
    end = "\n" if done == last else ""
    bar = "#" * width + "." * (BAR - width)
    print(f"\r[{bar}] {done} / {last}", end=end, file=sys.stderr, flush=True)
