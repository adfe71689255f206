"""The talk with who teaches a keyboard: keys from the keyboard, Enter and PLUs from the console.

The questions go to standard error, so that standard output holds the map and nothing else.
"""

import asyncio
import os
import sys
from contextlib import suppress
from types import TracebackType
from typing import Self

from pos_terminal.devices.classes import Keypad
from pos_terminal.devices.errors import DeviceError
from pos_terminal.domain.keyboard.chords import Chord
from pos_terminal.domain.keyboard.key_table import KeyRow
from pos_terminal.domain.keyboard.keys import Function, Key
from pos_terminal.domain.keyboard.learning import CLEAR, Heard, Lesson, told_apart
from pos_terminal.domain.language import say

QUIET = 0.15
"""Seconds: what a keyboard sends within them is one press; no finger is faster, every macro is."""

Press = list[Chord]
Given = Press | str | DeviceError | None
"""A press, a line of the console, the keyboard's loss, or the console's end."""


class NothingLearnt(Exception):
    """It ended before the till could be used with what was taught."""


class _Console:
    """Standard input, line by line, without holding the loop up."""

    def __init__(self, given: "asyncio.Queue[Given]") -> None:
        self._given = given
        self._fd = sys.stdin.fileno()
        self._rest = b""

    def __enter__(self) -> Self:
        try:
            asyncio.get_running_loop().add_reader(self._fd, self._readable)
        except PermissionError:  # a plain file or /dev/null, which never makes one wait
            while self._read():
                continue
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        asyncio.get_running_loop().remove_reader(self._fd)

    def _readable(self) -> None:
        if not self._read():
            asyncio.get_running_loop().remove_reader(self._fd)

    def _read(self) -> bool:
        data = os.read(self._fd, 4096)
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._given.put_nowait(line.decode(errors="replace").strip())
        if not data:
            self._given.put_nowait(None)
        return bool(data)


async def learn(keypad: Keypad) -> dict[str, Key]:
    """Ask for all keys; the map. Raises NothingLearnt when it has no C, DeviceError on a loss."""
    given: asyncio.Queue[Given] = asyncio.Queue()
    lesson = Lesson()
    async with asyncio.TaskGroup() as group:
        listening = group.create_task(_listen(keypad, given))
        try:
            with _Console(given):
                lost = await _ask(lesson, given)
        finally:
            listening.cancel()
    if lost:
        raise lost
    if CLEAR not in lesson.taught.values():
        raise NothingLearnt(say("aucune touche n'est C : la caisse resterait à sa première erreur"))
    return lesson.taught


async def _listen(keypad: Keypad, given: "asyncio.Queue[Given]") -> None:
    """Put every press in the queue, and the keyboard's loss."""
    try:
        while True:
            given.put_nowait(await _press(keypad))
    except DeviceError as error:
        given.put_nowait(error)


async def _press(keypad: Keypad) -> Press:
    """All that one press sends."""
    first = await keypad.read()
    press = [Chord(first.name, first.held)]
    with suppress(TimeoutError):
        while True:
            async with asyncio.timeout(QUIET):
                more = await keypad.read()
            press.append(Chord(more.name, more.held))
    return press


async def _ask(lesson: Lesson, given: "asyncio.Queue[Given]") -> DeviceError | None:
    """Ask until everything was asked or the console ended; the keyboard's loss, if that came."""
    while row := lesson.asked:
        _tell(_question(row, may_skip=lesson.may_skip))
        answer = await given.get()
        if isinstance(answer, DeviceError):
            return answer
        if answer is None:
            return None
        if isinstance(answer, str):
            lesson.skip()
        else:
            _comment(lesson, lesson.press(answer), answer)
    return await _ask_direct(lesson, given)


async def _ask_direct(lesson: Lesson, given: "asyncio.Queue[Given]") -> DeviceError | None:
    """The direct keys: a key and its PLU, until an empty line or the console's end."""
    press: Press | None = None
    while True:
        question = say("PLU de cette touche :") if press else say("Touche d'article, Entrée : fin.")
        _tell(question)
        answer = await given.get()
        if isinstance(answer, DeviceError):
            return answer
        if answer is None or (answer == "" and press is None):
            return None
        if isinstance(answer, list):
            press = answer if len(told_apart(answer)) == 1 else None
            _comment(lesson, Heard.TAKEN if press else Heard.SEVERAL, answer)
        elif press and answer.isascii() and answer.isdigit():
            heard = lesson.teach(press, Key(Function.ARTICLE, answer))
            _comment(lesson, heard, press)
            press = None


def _question(row: KeyRow, *, may_skip: bool) -> str:
    skip = say("Entrée : passer.") if may_skip else say("Indispensable.")
    return f"{say('Appuyer sur la touche')} {say(row.cap)} ({say(row.purpose)}). {skip}"


def _comment(lesson: Lesson, heard: Heard, press: Press) -> None:
    names = " ".join(told_apart(press))
    match heard:
        case Heard.TAKEN:
            _tell(f"  {names}")
        case Heard.USED:
            _tell(f"  {names} : {say('déjà prise par')} {lesson.taught[names]}")
        case Heard.SEVERAL:
            _tell(f"  {names} : {say('plusieurs codes à la fois ; la programmer autrement')}")
        case Heard.NOTHING:
            _tell(f"  {say('rien que des touches à maintenir')}")


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
