"""`pos-terminal keys show|test|learn`: a keyboard's key map seen, tried out, and recorded.

Exit status: 0 done, 1 the map is bad, or the keyboard or the file cannot be had, 2 usage.
"""

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from pos_terminal.commands.argument import add_json
from pos_terminal.commands.files import new_files, reading_file
from pos_terminal.commands.key_learning import NothingLearnt, learn
from pos_terminal.commands.key_picture import picture
from pos_terminal.devices.classes import Keypad
from pos_terminal.devices.errors import DeviceError
from pos_terminal.domain import faults
from pos_terminal.domain.faults import Failure
from pos_terminal.domain.keyboard.chords import Chord, Chords
from pos_terminal.domain.keyboard.key_table import ROWS, cap
from pos_terminal.domain.keyboard.keys import Function, Key, KeyMap
from pos_terminal.domain.keyboard.learning import to_toml
from pos_terminal.domain.language import say
from pos_terminal.process.output import print_json
from pos_terminal.process.translation import set_language
from pos_terminal.runtime import config
from pos_terminal.runtime.boot import read
from pos_terminal.runtime.keymaps import KEYMAPS, load_keymap
from pos_terminal.runtime.plugins import Plugins

DRIVER = "evdev"
DEFAULT = "numeric"
PURPOSES = {row.key: row.purpose for row in ROWS}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    actions = parser.add_subparsers(dest="action", required=True, metavar=say("ACTION"))
    show = actions.add_parser("show", help=say("dessine un plan de touches comme un clavier"))
    test = actions.add_parser(
        "test",
        help=say("dit ce que veut dire chaque touche, jusqu'à Ctrl-C"),
    )  # fmt: skip
    teach = actions.add_parser(
        "learn",
        help=say("demande chaque touche à son tour, et écrit un plan"),
    )  # fmt: skip
    for action in (show, test):
        source = action.add_mutually_exclusive_group()
        source.add_argument(
            "--config", type=Path, metavar=say("FICHIER"),
            help=say("le plan de cette caisse"),
        )  # fmt: skip
        names = ", ".join(sorted(path.stem for path in KEYMAPS.glob("*.toml")))
        source.add_argument(
            "--map", metavar=say("PLAN"),
            help=say("{names}, ou un fichier en .toml ({default})").format(
                names=names, default=DEFAULT
            ),
        )
    for action in (test, teach):
        action.add_argument(
            "--device", required=True, metavar=say("CHEMIN"),
            help=say("le clavier, /dev/input/by-id/..., que la caisse ne doit pas tenir"),
        )  # fmt: skip
    teach.add_argument(
        "--out", type=Path, metavar=say("FICHIER.toml"),
        help=say("un nouveau fichier pour le plan"),
    )  # fmt: skip
    for action in (show, test, teach):
        # Where a journal lies changes nothing about keys; every command takes the option.
        action.add_argument("--state", type=Path, metavar="DIR", help=argparse.SUPPRESS)
        add_json(action)


def run(arguments: argparse.Namespace) -> int:
    """Do what the action says; 0, or 1 where that cannot be done."""
    actions = {"show": _show, "test": _test, "learn": _learn}
    actions[arguments.action](arguments)
    return 0


def _keymap(arguments: argparse.Namespace) -> KeyMap:
    if arguments.config:
        file: Path = arguments.config.absolute()
        settings = read(file, config.load(file)).settings
        set_language(settings.language)
        return settings.keymap
    try:
        with reading_file(Path(arguments.map or DEFAULT)):
            return load_keymap(Path.cwd(), arguments.map or DEFAULT)
    except ValueError as error:
        raise Failure(faults.BAD_KEYMAP, str(error)) from error


def _show(arguments: argparse.Namespace) -> None:
    keymap = _keymap(arguments)
    if arguments.json:
        print_json({"keys": {chord: str(key) for chord, key in keymap.items()}})
        return
    short = {chord: _short(key) for chord, key in keymap.items()}
    print("\n".join(picture(short)).strip("\n"))
    missing = [row for row in ROWS if row.key not in keymap.values()]
    if missing:
        print(f"\n{say('Sans touche, sur la feuille de commandes')} :")
        for row in missing:
            print(f"  {say(row.cap):8} {say(row.purpose)}")


def _short(key: Key) -> str:
    return f"PLU {key.argument}" if key.function is Function.ARTICLE else cap(key)


def _test(arguments: argparse.Namespace) -> None:
    asyncio.run(_echo(arguments.device, Chords(_keymap(arguments)), as_json=arguments.json))


async def _echo(device: str, chords: Chords[Key], *, as_json: bool) -> None:
    """Say what each press means, until the keyboard goes."""
    async with _opened(device) as keypad:
        while True:
            press = await keypad.read()
            if chords.only_held(press.name):
                continue
            chord = Chord(press.name, press.held)
            key = chords.find(press.name, press.held)
            if as_json:
                print_json({"press": str(chord), "key": str(key) if key else None})
            else:
                print(f"{chord!s:24} {_meaning(key)}", flush=True)


def _meaning(key: Key | None) -> str:
    if key is None:
        return str(faults.KEY_UNKNOWN)
    purpose = PURPOSES.get(key)
    return f"{cap(key):12} {say(purpose)}" if purpose else cap(key)


def _learn(arguments: argparse.Namespace) -> None:
    out: Path | None = arguments.out
    # Its name is had before half an hour of pressing keys, and not after.
    with new_files(*([out] if out else [])) as files:
        try:
            taught = asyncio.run(_taught(arguments.device))
        except NothingLearnt as error:
            raise Failure(faults.FILE_UNWRITABLE, str(error)) from error
        title = say("Plan de touches appris de {device}").format(device=arguments.device)
        text = to_toml(taught, title)
        for draft in files.drafts:
            draft.write_text(text, encoding="utf-8")
    if arguments.json:
        keys = {chord: str(key) for chord, key in taught.items()}
        print_json({"file": str(out) if out else None, "keys": keys})
    elif out:
        words = say('{count} touches ; dans [terminal] : keymap = "{name}"')
        print(words.format(count=len(taught), name=out.name))
    else:
        sys.stdout.write(text)


async def _taught(device: str) -> dict[str, Key]:
    async with _opened(device) as keypad:
        return await learn(keypad)


@asynccontextmanager
async def _opened(device: str) -> AsyncIterator[Keypad]:
    """The keyboard, for this program alone. Raises DeviceError."""
    plugins = Plugins((DRIVER,))
    plugins.load()
    if plugins.stopped:
        why = ", ".join(f"{plugin.name} {plugin.why}" for plugin in plugins if plugin.why)
        raise DeviceError(faults.PLUGIN_STOPPED, why)
    driver = plugins.drivers.keypads.get(DRIVER)
    async with driver.open(driver.settings(device=device)) as keypad:
        yield keypad
