"""Plays one scene step by step, and says where what is seen differs from what was written."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from pos_terminal.archive.export import fec
from pos_terminal.domain.codes.vouchers import VOUCHER_DIGITS
from pos_terminal.domain.faults import Tone
from pos_terminal.domain.keyboard.command_codes import encode
from pos_terminal.domain.keyboard.keys import Function, Key, KeyMap, parse_key
from pos_terminal.domain.language import say
from pos_terminal.domain.lookup.customers import CUSTOMER, item_name
from pos_terminal.domain.notation import euros
from pos_terminal.domain.screen import Screen
from pos_terminal.persons.item import Details, Ground, PersonalItem
from pos_terminal.scenes.ends import Plug
from pos_terminal.scenes.script import BadScript, SceneStep
from pos_terminal.scenes.shop import Shop, until

SIREN = "732829320"
"""Any company's: a balance does not ask whose it is."""


class Differs(Exception):
    """What is seen is not what the scene says."""

    def __init__(self, step: SceneStep, got: str) -> None:
        super().__init__(got)
        self.step = step
        self.got = got


class NoKey(ValueError):
    """A word behind «touches» that is no key, and no article's name."""


@dataclass(frozen=True, slots=True)
class _Trouble:
    """What goes wrong with a far end: the attribute that says so."""

    end: str
    attribute: str


TROUBLES = {
    "papier": _Trouble("printer", "paper_out"),
    "capot": _Trouble("printer", "cover_open"),
    "imprimante muette": _Trouble("printer", "mute"),
    "balance muette": _Trouble("scale", "mute"),
    "balance instable": _Trouble("scale", "moving"),
}
DEVICES = {
    "clavier": "keyboard", "douchette": "wedge", "scanner": "scanner", "balance": "scale",
    "afficheur": "display", "imprimante": "printer", "terminal": "terminal",
}  # fmt: skip
CARDS = {
    "attend": "wait", "accepte": "approve", "refuse": "refuse", "abandonne": "abandon",
    "pend": "lose-after", "occupé": "busy", "oublie": "forget", "se souvient": "remember",
}  # fmt: skip
"""What a payment terminal does: for a customer, his bank, or a line that is cut."""


class Stage:
    """One part of a scene, between two starts of the till."""

    def __init__(self, shop: Shop, record: int, patience: float) -> None:
        self.record = record
        self._patience = patience
        self._shop = shop
        self._heard = 0
        self._opened = 0
        self._paper = ""
        self._papers: list[str] = []
        self._acts: dict[str, Callable[[str], Awaitable[str | None]]] = {
            "touches": self._press,
            "scan": self._scan,
            "balance": self._weigh,
            "écran": self._see,
            "son": self._hear,
            "ticket": self._read,
            "tiroir": self._drawer,
            "fermé": self._shut,
            "journal": self._journal,
            "panne": lambda rest: self._ail(rest, ails=True),
            "répare": lambda rest: self._ail(rest, ails=False),
            "débranche": lambda rest: self._plug(rest).unplug(),
            "branche": lambda rest: self._plug(rest).replug(),
            "équipe": self._hire,
            "client": self._know,
            "terminal": self._pay,
            "compte": self._balance,
        }

    async def play(self, step: SceneStep) -> None:
        """Do what the step says, or wait until it is so. Raises Differs with what is instead."""
        try:
            async with asyncio.timeout(self._patience):
                got = await self._acts[step.word](step.rest)
        except NoKey as error:
            raise BadScript(step.line, str(error)) from None
        except TimeoutError:
            got = self._instead(step.word)
        if got is not None:
            raise Differs(step, got)

    def _instead(self, word: str) -> str:
        """What there was all the while that a step waited."""
        if word == "ticket":
            return "\n".join(self._papers) or say("aucun papier")
        if word == "écran":
            screen = self._shop.ends.display.screen
            return f"{screen.line1.strip()} | {screen.line2.strip()}"
        if word == "son":
            heard = self._shop.ends.tone.tones[self._heard :]
            return ", ".join(tone.value for tone in heard) or say("aucun son")
        return say("rien de tel n'est arrivé")

    async def _press(self, rest: str) -> None:
        self._heard = len(self._shop.ends.tone.tones)
        if "papier" in rest:
            rest = rest.replace("papier", self._printed()[-VOUCHER_DIGITS:])
        keymap = self._shop.keymap
        for key in keys_of(rest, self._shop.articles()):
            chord = _chord(key, keymap)
            if chord:
                await self._shop.ends.keyboard.stroke(tuple(chord.split("+")))
            else:  # the shop's keyboard has no such key: its sheet of command codes has
                await self._shop.ends.scanner.scan(encode((key,)))

    async def _scan(self, rest: str) -> None:
        # Another wire: a code would overtake the keys that were pressed before it.
        await until(lambda: self._shop.ends.keyboard.taken)
        self._heard = len(self._shop.ends.tone.tones)
        await self._shop.ends.scanner.scan(self._printed() if rest == "papier" else rest)

    def _printed(self) -> str:
        """The till's own barcode on the paper that was read last."""
        codes: list[str] = re.findall(r"^ *\[(\$Y[^]]+)\]$", self._paper, re.M)
        return codes[-1] if codes else ""

    async def _weigh(self, rest: str) -> None:
        self._shop.ends.scale.grams = int(rest)

    async def _see(self, rest: str) -> None:
        wanted = [line.split() for line in rest.split("|")]

        def shown(screen: Screen) -> bool:
            return [screen.line1.split(), screen.line2.split()] == wanted

        await self._shop.ends.display.wait_for(shown)

    async def _hear(self, rest: str) -> None:
        tone = Tone(rest)
        await until(lambda: tone in self._shop.ends.tone.tones[self._heard :])

    async def _read(self, rest: str) -> None:
        """A line of the paper printed last, or of the next one."""
        wanted = rest.split()
        while not any(line.split() == wanted for line in self._paper.splitlines()):
            paper = await self._shop.ends.printer.next_paper()
            self._paper = "\n".join(line.text for line in paper.lines)
            self._papers.append(self._paper)

    async def _drawer(self, rest: str) -> str | None:
        """The next pulse; of the pin that is named, if one is."""
        self._opened += 1
        await until(lambda: len(self._shop.ends.printer.pulses) >= self._opened)
        pin = self._shop.ends.printer.pulses[self._opened - 1].pin
        return say("broche {pin}", pin=pin) if rest and pin != int(rest) else None

    async def _shut(self, _: str) -> str | None:
        """No pulse but those that the scene has named."""
        count = len(self._shop.ends.printer.pulses) - self._opened
        return say("{count} ouvertures", count=count) if count else None

    async def _journal(self, rest: str) -> None:
        """The next record of that kind, with those fields («totals.sales=600» goes deeper)."""
        kind, *fields = rest.split()
        wanted = [field.partition("=")[::2] for field in fields]
        async for seq, event in self._shop.events(self.record):
            body = msgspec.to_builtins(event)
            if event.kind == kind and all(_field(body, k) == v for k, v in wanted):
                self.record = seq
                return

    async def _ail(self, rest: str, *, ails: bool) -> None:
        trouble = TROUBLES[rest]
        setattr(getattr(self._shop.ends, trouble.end), trouble.attribute, ails)

    async def _pay(self, rest: str) -> None:
        """With the order on its screen, or the next one; for another amount, if one is said."""
        name = next(name for name in CARDS if rest.startswith(name))
        amount = rest[len(name) :].replace(" ", "").replace(",", "")
        self._shop.ends.terminal.plays(CARDS[name], int(amount) if amount else None)

    def _plug(self, rest: str) -> Plug:
        plug: Plug = getattr(self._shop.ends, DEVICES[rest])
        return plug

    async def _hire(self, _: str) -> None:
        await self._shop.hire()

    async def _know(self, rest: str) -> None:
        """A customer with a number, a name, and some address."""
        number, _, name = rest.partition(" ")
        details = Details(name=name, address="3 place du Marché, 75001 Paris")
        item = PersonalItem(
            name=item_name(int(number)), purpose=CUSTOMER, ground=Ground.CONTRACT, data=details
        )

        await self._shop.add_person(item)

    async def _balance(self, rest: str) -> str | None:
        """The account's balance in the accounting file of all closed days, debit positive."""
        account, _, wanted = rest.partition(" ")
        with TemporaryDirectory(prefix="pos-terminal-") as folder:
            made = fec(self._shop.state, Path(folder), SIREN, date.min, date.max)
        got = euros(made.summary.accounts.get(account, 0))
        return None if got == wanted.replace(" ", "") else got


def keys_of(text: str, articles: Mapping[str, str]) -> list[Key]:
    """«3 x 28 PLU CASH» as keys; a word that is an article's name is its direct key. NoKey."""
    keys: list[Key] = []
    for word in text.split():
        if word.replace(",", "").isdigit() or word == ",":
            keys += [Key(Function.TYPE, character) for character in word]
        elif word in articles:
            keys.append(Key(Function.ARTICLE, articles[word]))
        else:
            keys.append(_key(word))
    return keys


def _key(word: str) -> Key:
    try:
        return parse_key(word)
    except ValueError:
        reason = say("«{word}» n'est ni une touche ni un article de la boutique", word=word)
        raise NoKey(reason) from None


def _chord(key: Key, keymap: KeyMap) -> str:
    """The physical keys of a key; empty where the map has none."""
    return next((chord for chord, mapped in keymap.items() if mapped == key), "")


def _field(body: object, path: str) -> str:
    """A field of a record, deeper ones by a path with dots; empty where there is none."""
    for name in path.split("."):
        body = body.get(name, "") if isinstance(body, dict) else ""
    return str(body)
