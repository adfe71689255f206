"""`pos-terminal handover in|out`: a till passes from one box to another, by a stick.

    new box    handover in STICK            it makes keys, and leaves a letter
    old box    handover out STICK --to KEY  it is at its end, and leaves all that it has
    new box    handover in STICK            it takes that, and sells on

Each may be given again: what is done is not done twice. Exit status: 0 done, 1 not, 2 usage.
"""

import argparse
import asyncio
import os
from collections.abc import Callable
from contextlib import ExitStack, suppress
from hashlib import file_digest
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec.structs import replace

from pos_terminal.archive import handover, simulation
from pos_terminal.archive.copies import BadCopy
from pos_terminal.archive.handover import Taken
from pos_terminal.commands.files import as_owner, reading_file, writing_file
from pos_terminal.commands.journal_maintenance import given_here
from pos_terminal.commands.till import add_options, state_of
from pos_terminal.domain import faults
from pos_terminal.domain.faults import Failure
from pos_terminal.domain.language import say
from pos_terminal.journal.continuation import Continuation
from pos_terminal.journal.database import NAME
from pos_terminal.journal.handover import LONGEST, NoHandover, Request, SettingsFile, asked, peek
from pos_terminal.journal.verify import verify
from pos_terminal.process.output import print_json
from pos_terminal.runtime import settings_files, signing
from pos_terminal.runtime.maintenance import stopped_till
from pos_terminal.runtime.voucher_key import made_anew
from pos_terminal.storage.files import sync_directory, write_durably

SHORTEST = 12
"""Digits of a key that name it at least: as many as are shown everywhere."""

REQUEST, ANSWER, COPY = "remise-{}-demande.json", "remise-{}-reponse.json", "remise-{}.zip"
"""What lies on the stick, by the digits of the new box's key."""

BECAUSE = "remise par un autre boîtier"
"""Why the keys change, as it is recorded."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    actions = parser.add_subparsers(dest="action", required=True, metavar=say("ACTION"))
    taken = actions.add_parser("in", help=say("reprend ici la caisse d'un autre boîtier"))
    given = actions.add_parser("out", help=say("remet cette caisse à un autre boîtier"))
    for action in (taken, given):
        action.add_argument(
            "stick", type=Path, metavar=say("DOSSIER"), help=say("la clé USB, ou un dossier dessus")
        )
    given.add_argument(
        "--to", required=True, type=_digits, metavar=say("CLE"),
        help=say("la clé que le nouveau boîtier a dite"),
    )  # fmt: skip
    add_options(taken, given)


def run(arguments: argparse.Namespace) -> int:
    """Do the action; 0, or 1 with the reason."""
    try:
        return ACTIONS[arguments.action](arguments)
    except (NoHandover, BadCopy) as error:
        raise Failure(faults.NO_HANDOVER, str(error)) from error


def _digits(text: str) -> str:
    if len(text) < SHORTEST or set(text.lower()) - set("0123456789abcdef"):
        wrong = say("{text} : au moins {count} chiffres d'une clé, 0-9 et a-f")
        raise argparse.ArgumentTypeError(wrong.format(text=text, count=SHORTEST))
    return text.lower()


def _out(arguments: argparse.Namespace) -> int:
    stick: Path = arguments.stick
    request = _request(stick, arguments.to)
    name = request.key[:SHORTEST]
    copy, part = stick / COPY.format(name), stick / (COPY.format(name) + ".part")
    with writing_file(part), ExitStack() as undo:
        _drop(part)  # what a power cut left
        undo.callback(_drop, part)
        with open(part, "wb", opener=_new) as file:
            # Whatever fails from here on, the same command goes on: the journal knows to whom.
            letter = as_owner(arguments, lambda: _handed_over(arguments, request, file))
            os.fsync(file.fileno())
        told = peek(letter)
        _must_have_kept(part, told.sha256)
        part.replace(copy)
        sync_directory(stick)
        # The last: with it the copy is known to be whole.
        write_durably(stick / ANSWER.format(name), letter)
    if arguments.json:
        print_json({"key": request.key, "sha256": told.sha256, "bytes": told.size})
        return 0
    words = say("remise à la clé {key} : cette caisse ne vend plus")
    print(words.format(key=name))
    print(say("Sur le nouveau boîtier : pos-terminal handover in {stick}").format(stick=stick))
    return 0


def _request(stick: Path, digits: str) -> Request:
    """The letter on the stick of the box whose key begins so; NoHandover where there is none."""
    path = stick / REQUEST.format(digits[:SHORTEST])
    if path.exists():
        request = asked(_letter(path))
        if request.key.startswith(digits):
            return request
    wrong = say("{stick} n'a pas de demande de la clé {key} : d'abord « handover in », là-bas")
    raise NoHandover(wrong.format(stick=stick, key=digits))


def _letter(path: Path) -> bytes:
    with reading_file(path), path.open("rb") as file:
        return file.read(LONGEST)


def _drop(part: Path) -> None:
    with suppress(OSError):  # the stick is not there any more, or was root's who waits for us
        part.unlink()


def _handed_over(arguments: argparse.Namespace, request: Request, into: BinaryIO) -> bytes:
    """Done as the state's owner: end the journal for that key, and copy all of it."""
    state: Path = arguments.state
    # All of it: what is handed over is what the other box goes on from.
    key = verify(state / NAME).key
    handed = handover.handed_to(state)
    if handed and handed.key != request.key:
        wrong = say("cette caisse est déjà remise à la clé {key}, et à nulle autre")
        raise NoHandover(wrong.format(key=handed.key[:SHORTEST]))
    # Before the journal's end, not behind it: behind it nobody sells until there is room.
    needed = handover.room_for(state)
    if _free(into.fileno()) < needed:
        raise NoHandover(say("il faut {count} octets libres sur la clé USB").format(count=needed))
    if _free(state) < handover.DRAFTS * needed:
        wrong = say("il faut {count} octets libres dans {folder}")
        raise NoHandover(wrong.format(count=handover.DRAFTS * needed, folder=state))
    settings = settings_files.in_force(arguments.config.absolute(), state)
    if not handed:
        asyncio.run(_end(arguments, request.key))
    signers = signing.of_stopped_till(state, arguments.config)
    try:
        return handover.pack(state, request, signers(state, key), settings, into)
    finally:
        signers.release()


def _free(place: Path | int) -> int:
    """Bytes that are free on the disk of that path or open file."""
    disk = os.statvfs(place)
    return disk.f_bavail * disk.f_frsize


async def _end(arguments: argparse.Namespace, key: str) -> None:
    async with stopped_till(arguments.state, arguments.config) as till:
        await till.hand_over(key, given_here("handover out", arguments))


def _must_have_kept(part: Path, sha256: str) -> None:
    """NoHandover where the stick does not give back what was written to it."""
    with part.open("rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)  # from the stick, not memory
        if file_digest(file, "sha256").hexdigest() == sha256:
            return
    raise NoHandover(say("la clé USB ne rend pas ce qui y fut écrit : refaire avec une autre"))


def _in(arguments: argparse.Namespace) -> int:
    state, stick = state_of(arguments), arguments.stick
    waiting = msgspec.json.decode(
        as_owner(arguments, lambda: msgspec.json.encode(handover.begin(state)), make=True),
        type=handover.Waiting,
    )
    name = waiting.key[:SHORTEST]
    if not waiting.letter:
        return _said(arguments, waiting.key, [])
    answer, copy = stick / ANSWER.format(name), stick / COPY.format(name)
    if not answer.exists():
        with writing_file():
            write_durably(stick / REQUEST.format(name), waiting.letter)
        return _asked(arguments, waiting.key)
    letter = _letter(answer)
    with reading_file(copy):
        file = copy.open("rb")
    with file:
        taken = msgspec.json.decode(
            as_owner(arguments, lambda: _taken_over(arguments, file, letter)), type=Taken
        )
    left = [each.name for each in taken.settings if not _settled(arguments.config.parent, each)]
    as_owner(arguments, lambda: _finished(state))
    return _said(arguments, taken.key, left)


def _said(arguments: argparse.Namespace, key: str, left: list[str]) -> int:
    if arguments.json:
        print_json({"key": key, "taken": True, "settings_left": left})
        return 0
    words = say("la caisse est reprise ici : la clé {key} signe la suite")
    print(words.format(key=key[:SHORTEST]))
    if left:
        words = say("Réglages à remettre soi-même dans {folder} : {files}")
        print(words.format(folder=arguments.config.parent, files=", ".join(left)))
    return 0


def _asked(arguments: argparse.Namespace, key: str) -> int:
    if arguments.json:
        print_json({"key": key, "taken": False})
        return 0
    words = say(
        "ce boîtier attend la caisse, sous la clé {key}. Sur l'ancien, caisse arrêtée :\n"
        "    pos-terminal handover out {stick} --to {key}"
    )
    print(words.format(key=key[:SHORTEST], stick=arguments.stick))
    return 0


def _taken_over(arguments: argparse.Namespace, copy: BinaryIO, letter: bytes) -> bytes:
    """Done as the state's owner: put back what was handed over, and go on under this box's key."""
    state: Path = arguments.state
    with simulation.held(state):
        taken = handover.put_back(state, copy, letter)
        if taken.restored:
            asyncio.run(_go_on(arguments, taken))
    return msgspec.json.encode(replace(taken, keys={}))  # those are here, and nobody else's


def _finished(state: Path) -> bytes:
    handover.finish(state)
    return b""


async def _go_on(arguments: argparse.Namespace, taken: Taken) -> None:
    state = arguments.state
    continuation = Continuation(because=BECAUSE, key=taken.key, agreed=taken.agreed)
    async with stopped_till(
        state, arguments.config, continuation=continuation, commission=True
    ) as till:
        keyed = made_anew(state, till.journal.running.setup.vouchers)
        await till.record([given_here("handover in", arguments), *keyed])


def _settled(folder: Path, file: SettingsFile) -> bool:
    """Whether the file is in the settings' folder as it came; it never takes another's place, and
    is none elsewhere: root writes it, and the other box's till, which is not root, said its name.
    """
    place = folder / file.name
    try:
        # Root writes what another box calls it: never beside the folder.
        if not place.resolve().is_relative_to(folder.resolve()):
            return False
        if place.exists():
            return place.read_bytes() == file.content
        place.parent.mkdir(parents=True, exist_ok=True)
        write_durably(place, file.content, mode=file.mode & 0o644)
    except (OSError, ValueError):  # a first partition that the box may only read; no file's name
        return False
    return True


def _new(name: str, flags: int) -> int:
    return os.open(name, flags | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)


ACTIONS: dict[str, Callable[[argparse.Namespace], int]] = {"in": _in, "out": _out}
