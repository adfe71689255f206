"""`pos-terminal update check|install|status|rollback`: the version of a flashed box.

A release lies in a folder: manifest.json, its signature, the bundle. `perform` and `confirm` are
what the units run. Exit status: 0 done, or nothing to do; 1 it cannot be, with the reason; 2 usage.
"""

import argparse
import os
from pathlib import Path

import msgspec

import pos_terminal
from pos_terminal.channel.client import Client
from pos_terminal.channel.socket_address import socket_path
from pos_terminal.commands import update_note
from pos_terminal.commands.till import add_options, enter, state_of
from pos_terminal.domain import faults
from pos_terminal.domain.faults import Failure
from pos_terminal.domain.file_errors import about
from pos_terminal.domain.language import say
from pos_terminal.journal import state_directory
from pos_terminal.process.output import print_json
from pos_terminal.update import book
from pos_terminal.update.box import Box
from pos_terminal.update.updater import Updater

UNITS = ("perform", "confirm")
"""What the units run, and nobody who sits there and waits."""

PATIENCE = 10.0
"""Seconds that a till may take to say how it fares."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    actions = parser.add_subparsers(dest="action", required=True, metavar=say("ACTION"))
    for name, text in (
        ("check", say("dit si une version est à installer, et pourquoi non")),
        ("install", say("installe une version dans l'autre place, et l'essaie")),
    ):
        each = actions.add_parser(name, help=text)
        each.add_argument(
            "folder", type=Path, nargs="?", metavar=say("DOSSIER"),
            help=say("où sont manifest.json, sa signature et la version ; sinon : chez l'agent"),
        )  # fmt: skip
        each.add_argument(
            "--insist", action="store_true",
            help=say("même une version plus ancienne, ou déjà rendue"),
        )  # fmt: skip
        add_options(each)
    for name, text in (
        ("status", say("dit quelle version tourne, dans quelle place, et la dernière mise à jour")),
        ("rollback", say("revient à la version d'avant")),
        ("perform", say("fait ce que l'agent demande (pour l'unité du système)")),
        ("confirm", say("garde la version qui tourne si elle vend (pour l'unité du système)")),
    ):
        add_options(actions.add_parser(name, help=text))


def run(arguments: argparse.Namespace) -> int:
    """Do what the action says."""
    box = Box()
    if arguments.action == "status":
        return _status(box, arguments)
    if os.geteuid() != 0:
        raise Failure(faults.NOT_GRANTED, say("à lancer par sudo"))
    act = {
        "check": _check, "install": _install, "rollback": _roll_back, "perform": _perform,
        "confirm": _confirm,
    }[arguments.action]  # fmt: skip
    try:
        with box.alone(waits=arguments.action in UNITS):
            return act(box, Updater(box, _till(arguments)), arguments)
    except OSError as error:
        raise Failure(faults.UPDATE_FAILED, about(error, box.own)) from error


def _status(box: Box, arguments: argparse.Namespace) -> int:
    news = book.told(box.news)
    if news is None:
        raise Failure(faults.UPDATE_NO_SLOTS, str(box.news))
    if arguments.json:
        print_json(msgspec.to_builtins(news))
    else:
        print("\n".join(update_note.of_news(news)))
    return 0


def _check(box: Box, updater: Updater, arguments: argparse.Namespace) -> int:
    offered = updater.check(arguments.folder or box.request, insist=arguments.insist)
    if offered:
        words = say("à installer : {version}", version=offered.version)
    else:
        words = say("rien de plus nouveau")
    return _said(arguments, words, {"version": offered.version if offered else None})


def _install(box: Box, updater: Updater, arguments: argparse.Namespace) -> int:
    done = updater.install(arguments.folder or box.request, insist=arguments.insist)
    words = (
        say("installée ; le boîtier redémarre et l'essaie") if done else say("rien de plus nouveau")
    )
    return _said(arguments, words, {"installed": done})


def _roll_back(_box: Box, updater: Updater, arguments: argparse.Namespace) -> int:
    updater.roll_back()
    return _said(arguments, say("le boîtier redémarre sur la version d'avant"), {"back": True})


def _perform(box: Box, updater: Updater, arguments: argparse.Namespace) -> int:
    """What keeps it from being installed is no failure of the unit's: everybody is told of it."""
    failed = updater.perform()
    if failed:
        print(f"{failed.fault.code} {failed.detail}")
    _note(box, updater, arguments)
    return 0


def _note(box: Box, updater: Updater, arguments: argparse.Namespace) -> None:
    if book.told(box.news) is None:
        updater.tell()
    update_note.leave(box, _till(arguments), lambda: update_note.version(box))


def _till(arguments: argparse.Namespace) -> Client:
    return Client(socket_path(state_of(arguments), os.environ), patience=PATIENCE)


def _confirm(box: Box, updater: Updater, arguments: argparse.Namespace) -> int:
    kept = updater.settle()
    news = updater.tell()
    print("\n".join(update_note.of_news(news)))
    if not kept:
        return 1
    _note(box, updater, arguments)
    if updater.left_by_hand() == news.version:
        updater.roll_back()
        return 0
    # From here on it may change its files for good: nothing goes back by itself any more.
    enter(arguments)
    if not state_directory.is_confirmed(arguments.state, pos_terminal.__version__):
        state_directory.confirm(arguments.state, pos_terminal.__version__)
    return 0


def _said(arguments: argparse.Namespace, words: str, told: dict[str, object]) -> int:
    if arguments.json:
        print_json(told)
    else:
        print(words)
    return 0
