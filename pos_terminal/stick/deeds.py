"""What is done with a stick, a row each: what it is asked by, whether it writes, and how.

A stick is nobody's: what lies there is believed by its signature alone, and of folders and names no
more is read than a person could have put there.
"""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

from msgspec import Struct

from pos_terminal.channel.client import Client
from pos_terminal.domain import faults
from pos_terminal.domain.audit.stick import KEY_DIGITS, StickAction, StickAsked, code_of, key_of
from pos_terminal.domain.faults import Failure
from pos_terminal.domain.language import say
from pos_terminal.stick.reader import Reader
from pos_terminal.stick.releases import Offered, choose
from pos_terminal.update import book, offer
from pos_terminal.update.box import Box
from pos_terminal.update.release import MANIFEST
from pos_terminal.update.updater import Updater

FOLDERS = 50
"""So many folders of a stick are looked into: ten releases, and what else lies there."""

LETTERS = re.compile(rf"remise-([0-9a-f]{{{KEY_DIGITS}}})-(demande|reponse)\.json", re.ASCII)
"""What a handover leaves on a stick (commands/handover.py)."""


class Bench(Struct, frozen=True):
    """What a deed has at hand: `stick` is where it is mounted, `tell` says how far it is.

    `waits`: nobody stands there, so another's update is waited for.
    """

    reader: Reader
    box: Box
    till: Client
    stick: Path
    asked: StickAsked
    tell: Callable[[tuple[str, ...]], None]
    waits: bool


class Done(Struct, frozen=True):
    """What to say, and whether it is to be asked for once more behind another step."""

    lines: tuple[str, ...]
    again: bool = False


class Deed(Struct, frozen=True):
    """Whether it writes to the stick, and what it does. Failure, OSError."""

    writes: bool
    do: Callable[[Bench], Done]


def update(bench: Bench) -> Done:
    """Install the newest release that may be, of all that lie there."""
    box = bench.box
    with box.alone(waits=bench.waits):
        updater = Updater(box, bench.till)
        offered = list(_offered(bench.stick, box))
        here = book.here(box.compatible, box.version, updater.book)
        chosen = choose(offered, here)
        if chosen.best is None:
            raise Failure(faults.STICK_EMPTY, " ; ".join(chosen.lines) or say("aucune version"))
        version = chosen.best.manifest.version if chosen.best.manifest else ""
        installs = say("{version} : installation, puis redémarrage et essai", version=version)
        bench.tell((*chosen.lines, installs))
        updater.install(bench.stick / chosen.best.folder, agreed=True)
    return Done((say("{version} : installée, le boîtier redémarre", version=version),))


def take(bench: Bench) -> Done:
    """Ask for another box's till, or take it over once that has answered."""
    answered = any(kind == "reponse" for _, kind in _letters(bench.stick))
    with ExitStack() as undo:
        if answered:
            undo.enter_context(bench.reader.without_till())
            undo.enter_context(bench.box.writable())  # the settings come with it
        told = bench.reader.command("handover", "in", str(bench.stick))
    if not told["taken"]:
        code = code_of(str(told["key"]))
        digits = " ".join(code[at : at + 5] for at in range(0, len(code), 5))
        return Done(
            (
                say("Ce boîtier attend la caisse d'un autre."),
                say("Sur l'ancien, cette clé branchée, taper :"),
                f"{digits} {say('CLE USB')}",
                say("Puis ici, la clé revenue : 2 {key}", key=say("CLE USB")),
            ),
            again=True,
        )
    lines = [say("La caisse est reprise ici : elle vend, ticket suivant.")]
    if left := told.get("settings_left"):
        assert isinstance(left, list)
        lines.append(say("Réglages déjà autres ici, laissés : {files}", files=", ".join(left)))
    return Done(tuple(lines))


def hand(bench: Bench) -> Done:
    """Hand this till over to the box whose number was typed, and whose letter lies there."""
    key = key_of(bench.asked.code)
    if (key, "demande") not in _letters(bench.stick):
        detail = say("pas de demande du boîtier {code} : d'abord 2 {key} là-bas",
                     code=bench.asked.code, key=say("CLE USB"))  # fmt: skip
        raise Failure(faults.STICK_EMPTY, detail)
    with bench.reader.without_till():
        bench.reader.command("handover", "out", str(bench.stick), "--to", key)
    return Done((say("Cette caisse est remise : elle ne vend plus."),))


DEEDS = {
    StickAction.UPDATE: Deed(writes=False, do=update),
    StickAction.TAKE: Deed(writes=True, do=take),
    StickAction.HAND: Deed(writes=True, do=hand),
}
"""Each by what it is asked by. A backup or an archive written out would be a row more."""


def _offered(stick: Path, box: Box) -> Iterator[Offered]:
    """What the folders with a manifest bring: the stick itself, and those that lie in it."""
    for folder in ("", *_folders(stick)):
        if not os.path.lexists(stick / folder / MANIFEST):
            continue
        try:
            yield Offered(folder, offer.verified(stick / folder, box.own, box.keyring))
        except Failure as error:
            yield Offered(folder, None, error)


def _folders(stick: Path) -> list[str]:
    with os.scandir(stick) as entries:
        folders = sorted(each.name for each in entries if each.is_dir(follow_symlinks=False))
    return folders[:FOLDERS]


def _letters(stick: Path) -> set[tuple[str, str]]:
    """Key and kind of each letter of a handover."""
    with os.scandir(stick) as entries:
        found = (LETTERS.fullmatch(each.name) for each in entries)
        return {(each[1], each[2]) for each in found if each}
