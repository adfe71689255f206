"""Records a second by who signs: keys on the card, and in each token that this machine can play."""

import asyncio
from contextlib import AbstractContextManager
from pathlib import Path
from shutil import which
from time import perf_counter
from typing import Protocol

from bench.figures import Figure, Setting
from bench.journal import IDENTITY, LINE, MOMENT, OPENED
from pos_plugin_pkcs11.token import Pkcs11Token
from pos_terminal.journal.keyring import Keyring
from pos_terminal.journal.store import Journal
from pos_terminal.journal.writer import GROUP
from tests.support.tokens import SOFTHSM, softhsm, software_tpm

RECORDS = 640


class Device(Protocol):
    """A token in its place."""

    def token(self) -> Pkcs11Token:
        """A way to it."""


async def _rates(state: Path, keys: Keyring, records: int) -> dict[int, float]:
    """Records a second when each is awaited, and when a full commit's are under way."""
    journal = Journal.open(state, IDENTITY, signers=keys)
    await journal.append([OPENED], MOMENT)
    rates = {}
    for at_once in (1, GROUP):
        start = perf_counter()
        for _ in range(records // at_once):
            await asyncio.gather(*(journal.append([LINE], MOMENT) for _ in range(at_once)))
        rates[at_once] = records / (perf_counter() - start)
    await journal.close()
    return rates


def _devices(place: Path) -> dict[str, AbstractContextManager[Device]]:
    found: dict[str, AbstractContextManager[Device]] = {}
    if SOFTHSM.exists():
        found["SoftHSM"] = softhsm(place / "softhsm")
    if which("swtpm"):
        found["swtpm, tpm2-pkcs11"] = software_tpm(place / "tpm")
    return found


def measure(setting: Setting) -> list[Figure]:
    """One after the other: each awaited before the next, and 32 under way."""
    place = setting.folder("signers")
    records = max(GROUP * 2, setting.rounds(RECORDS) // GROUP * GROUP)
    card = asyncio.run(_rates(place / "card", Keyring(), records))
    figures = _figures("card", card, card)
    for name, device in _devices(place).items():
        with device as held:
            token = held.token()
            key = name.partition(",")[0].lower()
            keys = Keyring(token, in_token=True)
            rates = asyncio.run(_rates(place / f"{key}-state", keys, records))
            token.release()
        figures += _figures(name, rates, card)
    return figures


def _figures(name: str, rates: dict[int, float], card: dict[int, float]) -> list[Figure]:
    return [
        Figure(
            key=f"signer_{name.partition(',')[0].lower()}_{at_once}",
            what=f"records signed by {name}, {at_once} at once",
            value=rate,
            unit="/s",
            limit=("card", card[at_once]),
        )
        for at_once, rate in rates.items()
    ]
