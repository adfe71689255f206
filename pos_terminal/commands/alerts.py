"""`pos-terminal alerts list|show|test|mute`: what is wrong on the box, and who is told of it.

`alerts watch` hears the boxes of many shops, `alerts token` makes what one of them shows it. The
others ask the agent, or the receiver with that directory, which answer their own user and root.
Exit status: 0 nothing is wrong (list), or done; 1 something is wrong, or failed; 2 usage.
"""

import argparse
import json
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from pos_terminal.agent import status
from pos_terminal.agent.delivery import UNKNOWN
from pos_terminal.agent.incidents import LONGEST_MUTE
from pos_terminal.agent.socket import socket_path
from pos_terminal.channel import agent_interface
from pos_terminal.channel.agent_interface import Alerts, HistoryAsked, MuteAsked, OpenIncident
from pos_terminal.channel.client import Client
from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.interface import Method, Nothing
from pos_terminal.commands.argument import add_json, span
from pos_terminal.domain import faults
from pos_terminal.domain.faults import Failure, by_code
from pos_terminal.domain.health.incidents import Told
from pos_terminal.domain.language import say
from pos_terminal.domain.notation import day_and_hour
from pos_terminal.process.output import fail, print_json
from pos_terminal.receiver.token import hash_of, new_token

P = TypeVar("P", bound=Struct)
R = TypeVar("R", bound=Struct)

PATIENCE = 10.0
"""Seconds for the agent's answer."""

DELIVERY = 60.0
"""Seconds in which a test that can arrive has left."""

ROUND = 0.5

SHOWN = 20
"""Changes of a subject in `show`."""


class _Local:
    """Writes a moment (µs UTC) as the shop's time; as the box's, where nobody knows the shop's."""

    def __init__(self, zone: str) -> None:
        self._zone = ZoneInfo(zone) if zone else None

    def __call__(self, at: int) -> str:
        moment = datetime.fromtimestamp(at / 1e6, UTC).astimezone(self._zone)
        return day_and_hour(moment.isoformat())


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    actions = parser.add_subparsers(dest="action", required=True, metavar=say("ACTION"))
    known = say("ce dont il s'agit, vu par list")
    listing = actions.add_parser(
        "list", help=say("ce qui est en panne, et ce qui attend de partir")
    )
    show = actions.add_parser("show", help=say("une panne en détail, et ce qui s'est passé"))
    show.add_argument("subject", metavar=say("SUJET"), help=known)
    test = actions.add_parser("test", help=say("envoie une alerte d'essai à tous"))
    mute = actions.add_parser(
        "mute", help=say("ne prévient plus personne d'un sujet, pour un temps")
    )
    mute.add_argument("subject", metavar=say("SUJET"), help=known)
    mute.add_argument(
        "--for", dest="span", type=_span, required=True, metavar=say("DUREE"),
        help=say("pour combien de temps : 30m, 2h, 3j ; 0 : prévient de nouveau"),
    )  # fmt: skip
    watch = actions.add_parser(
        "watch", help=say("reçoit les signes de vie de plusieurs magasins, et prévient des muets")
    )
    watch.add_argument(
        "--config", type=Path, required=True, metavar=say("FICHIER"),
        help=say("ses réglages : adresse, courrier, caisses"),
    )  # fmt: skip
    token = actions.add_parser(
        "token", help=say("tire un jeton pour une caisse, et sa ligne pour la réception")
    )
    token.add_argument("shop", type=_named, metavar=say("MAGASIN"), help=say("le nom du magasin"))
    token.add_argument(
        "number", type=_named, metavar=say("CAISSE"), help=say("le numéro de la caisse")
    )
    for action in (listing, show, test, mute, watch, token):
        action.add_argument(
            "--agent", type=Path, default=status.STATE, metavar=say("DOSSIER"),
            help=say("le dossier de l'agent (%(default)s)"),
        )  # fmt: skip
        # Where a journal lies changes nothing here; every command takes the option.
        action.add_argument("--state", type=Path, metavar="DIR", help=argparse.SUPPRESS)
        add_json(action)


def _span(text: str) -> int:
    """How long to mute; 0: no longer."""
    if text == "0":
        return 0
    return span(text, LONGEST_MUTE, say("{text} n'est pas une durée : 30m, 2h, 3j"))


def run(arguments: argparse.Namespace) -> int:
    """Do what is asked for."""
    actions = {
        "list": _list, "show": _show, "test": _test, "mute": _mute, "watch": _watch,
        "token": _token,
    }  # fmt: skip
    try:
        return actions[arguments.action](arguments)
    except ChannelError as error:
        # Whoever does not answer here is the agent.
        if error.fault is faults.TILL_SILENT:
            error = ChannelError(faults.AGENT_STOPPED, error.detail)
        return fail(error, as_json=arguments.json)


def _call(arguments: argparse.Namespace, method: Method[P, R], asks: P) -> R:
    path = socket_path(arguments.agent.absolute(), os.environ)
    return Client(path, patience=PATIENCE).call(method, asks)


def _list(arguments: argparse.Namespace) -> int:
    """1 where something is wrong that nothing silences."""
    found = _call(arguments, agent_interface.ALERTS, Nothing())
    if arguments.json:
        print_json(msgspec.to_builtins(found))
    else:
        print("\n".join(_lines(found)))
    return 1 if any(not row.cause for row in found.incidents) else 0


def _lines(found: Alerts) -> Iterator[str]:
    local = _Local(found.zone)
    for row in found.incidents:
        yield f"{row.code} {row.subject:<16} {local(row.since)} {_text(row)}{_marks(row, local)}"
    if not found.incidents:
        yield say("rien n'est en panne")
    for out in found.outgoing:
        if out.messages:
            since = local(out.oldest)
            yield f"{out.plugin} : {say('attendent de partir')} {out.messages}, {since} {out.error}"


def _text(row: OpenIncident) -> str:
    try:
        return say(by_code(row.code).text)
    except KeyError:  # the agent is of a later version
        return ""


def _marks(row: OpenIncident, local: _Local) -> str:
    marks = [
        f"{say('découle de')} {row.cause}" if row.cause else "",
        say("instable") if row.flapping else "",
        say("muet jusqu'au") + f" {local(row.muted)}" if row.muted else "",
    ]
    told = ", ".join(filter(None, marks))
    return f" ({told})" if told else ""


def _show(arguments: argparse.Namespace) -> int:
    """1 where there is no such incident, and never was one."""
    found = _call(arguments, agent_interface.ALERTS, Nothing())
    asks = HistoryAsked(arguments.subject, SHOWN)
    history = _call(arguments, agent_interface.HISTORY, asks).changes
    rows = [row for row in found.incidents if row.subject == arguments.subject]
    if arguments.json:
        told = {"incidents": rows, "history": history}
        print_json(msgspec.to_builtins(told))
        return 0 if rows or history else 1
    local = _Local(found.zone)
    for row in rows:
        fault, since = by_code(row.code), local(row.since)
        print(f"{fault.code} {say(fault.text)}, {row.subject}, {since}{_marks(row, local)}")
        print(f"  {say(fault.cause)}\n  {say(fault.remedy)}")
        if row.detail:
            print(f"  {row.detail}")
    for each in history:
        print(f"{local(each.at)} {_told(each.what):<9} {each.code} {each.detail}".rstrip())
    if not rows and not history:
        print(say("rien n'est connu de ce sujet"))
    return 0 if rows or history else 1


def _told(what: str) -> str:
    """What happened to an incident; as the agent has it where that is of a later version."""
    words = {
        Told.OPENED: say("ouverte"), Told.REPEATED: say("dure"), Told.FLAPPING: say("instable"),
        Told.RECOVERED: say("rétablie"),
    }  # fmt: skip
    return next((word for each, word in words.items() if each == what), what)


def _test(arguments: argparse.Namespace) -> int:
    """0 once it has left; 1 where it waits, with what the server said."""
    _call(arguments, agent_interface.TEST, Nothing())
    end = time.monotonic() + DELIVERY
    begun = False
    while time.monotonic() < end:
        time.sleep(ROUND)
        outgoing = _call(arguments, agent_interface.ALERTS, Nothing()).outgoing
        if not outgoing:
            return _tested(arguments, 1, say("personne n'est prévenu : aucun service d'alertes"))
        waiting = [out for out in outgoing if out.messages]
        if begun and not waiting:
            return _tested(arguments, 0, say("l'essai est parti"))
        # An attempt that is under way has not failed: a server may think for a while.
        failed = next((out.error for out in waiting if out.error not in ("", UNKNOWN)), "")
        if failed and begun:
            return _tested(arguments, 1, f"{say('attendent de partir')} : {failed}")
        begun = True
    return _tested(arguments, 1, say("attendent de partir"))


def _tested(arguments: argparse.Namespace, result: int, words: str) -> int:
    if arguments.json:
        print_json({"sent": result == 0, "detail": words})
    else:
        print(words)
    return result


def _mute(arguments: argparse.Namespace) -> int:
    _call(arguments, agent_interface.MUTE, MuteAsked(arguments.subject, arguments.span))
    if arguments.json:
        print_json({"subject": arguments.subject, "seconds": arguments.span})
    elif arguments.span:
        found = _call(arguments, agent_interface.ALERTS, Nothing())
        until = _Local(found.zone)(found.now + arguments.span * 1_000_000)
        print(f"{arguments.subject} : " + say("muet jusqu'au") + f" {until}")
    else:
        print(f"{arguments.subject} : {say('de nouveau annoncé')}")
    return 0


def _watch(arguments: argparse.Namespace) -> int:
    """Its module by name: it loads TLS and the mails' library, which the others do without."""
    try:
        module = import_module("pos_terminal.commands.alerts_watch")
    except ModuleNotFoundError as error:
        command = "pip install 'pos-terminal[alerts]'"
        detail = f"{error}: {command}"
        raise Failure(faults.EXTRA_MISSING, detail) from error
    status: int = module.run(arguments)
    return status


def _named(text: str) -> str:
    """A shop's name, a till's number; ArgumentTypeError for what the receiver would not take."""
    if not text.strip() or not text.isprintable():
        raise argparse.ArgumentTypeError(say("{text!r} n'est pas un nom", text=text))
    return text


def _token(arguments: argparse.Namespace) -> int:
    """Print both halves; the token itself is kept nowhere."""
    token = new_token()
    table = {"shop": arguments.shop, "number": arguments.number, "token": hash_of(token)}
    if arguments.json:
        print_json({"token": token, "till": table})
        return 0
    print(say("À la caisse, dans /etc/pos-terminal/heartbeat-token (root, 0600) :"))
    print(f"\n{token}\n\n" + say("À la réception, dans son fichier :") + "\n\n[[tills]]")
    for key, value in table.items():
        print(f"{key} = {json.dumps(value, ensure_ascii=False)}")
    return 0
