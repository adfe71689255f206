"""What one model of printer can do, and the shop's logo as this model prints it.

python-escpos knows the models. It is big and slow to load, so it lives for the time of one answer
in a process of its own (`capabilities`), while the till goes on selling: `load` starts that and
reads the answer.
"""

import asyncio
import binascii
import sys
from contextlib import suppress
from typing import Any, Literal

import msgspec
from msgspec import Struct
from msgspec.structs import asdict, replace

LOADING_TIME = 120.0
"""Seconds after which the other process is given up. It takes half a second on a small box; where
it takes a minute, the box is busy, and its settings are no worse for it."""


CHILD = "pos_driver_escpos.capabilities"


FONT_A = 12
"""Dots from one character of font A to the next, on every printer of Epson's language."""


class ProfileError(Exception):
    """python-escpos cannot be run, or gives no answer; why."""


Cut = Literal["partial", "full", "none"]


class Profile(Struct, frozen=True):
    """A model's facts. The defaults suit any 80 mm printer of Epson's language, a little narrow.

    `columns` in font A, `dots` across the paper, `logo` ready to send.
    """

    columns: int = 42
    dots: int = 504
    code_page: int = 16
    codec: str = "cp1252"
    cut: Cut = "partial"
    qr: bool = True
    barcode: bool = True
    kanji: bool = False
    logo: bytes = b""

    def of_width(self, columns: int) -> "Profile":
        """The same printer with so many columns in font A, and the dots that these take."""
        return replace(self, columns=columns, dots=FONT_A * columns)


class Answer(Struct, frozen=True):
    """What came of a question: each of the `problems` has cost its own detail and no other."""

    profile: Profile
    problems: tuple[str, ...] = ()


async def load(model: str, logo: str, columns: int | None = None) -> Answer:
    """Ask python-escpos in a process of its own, `columns` being what the settings know better.

    The process and its temporary files are gone when this returns, is cancelled or fails.
    Raises ProfileError.
    """
    # A process and not a thread: what it loads is gone with it, and so is the memory.
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", CHILD, model, logo, str(columns or ""),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(LOADING_TIME):
            output, errors = await child.communicate()
    except TimeoutError:
        raise ProfileError(f"no answer within {LOADING_TIME} s") from None
    finally:
        with suppress(ProcessLookupError):
            # Also behind an answer: one that has ended already hears nothing of it.
            child.terminate()
        await child.wait()
    if child.returncode:
        raise ProfileError(errors.decode(errors="replace").strip() or f"exit {child.returncode}")
    return from_json(output)


def from_json(text: bytes) -> Answer:
    """What `to_json` wrote. Raises ProfileError."""
    try:
        answer = msgspec.json.decode(text, type=dict[str, Any])
        facts: dict[str, Any] = answer["profile"]
        profile = Profile(**facts | {"logo": binascii.a2b_base64(facts["logo"])})
        return Answer(profile, tuple(answer["problems"]))
    except (msgspec.DecodeError, ValueError, TypeError, KeyError) as error:
        raise ProfileError(f"unreadable answer: {error}") from error


def to_json(answer: Answer) -> str:
    """One line of JSON, the logo in base 64."""
    logo = binascii.b2a_base64(answer.profile.logo, newline=False).decode()
    facts = asdict(answer.profile) | {"logo": logo}
    return msgspec.json.encode({"profile": facts, "problems": answer.problems}).decode()
