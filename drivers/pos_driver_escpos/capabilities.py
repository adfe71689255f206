"""The process that asks python-escpos.

    python -m pos_driver_escpos.capabilities MODEL [LOGO [COLUMNS]]

It prints an `Answer` as JSON and ends. The package does not import this module.
"""

import os
import re
import signal
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from msgspec.structs import replace

from pos_driver_escpos import commands
from pos_driver_escpos.profile import FONT_A, Answer, Cut, Profile, to_json
from pos_terminal.devices.paper_text import ENCODINGS

BAND = 24
"""Rows of the logo per command: little is lost in the printer if the link breaks within one."""


def from_capabilities(data: Mapping[str, Any]) -> Profile:
    """The facts that count here out of python-escpos' description of a model."""
    columns = int(data["fonts"]["0"]["columns"])
    width = data["media"]["width"].get("pixels")
    features = data["features"]
    profile = Profile(
        columns=columns,
        dots=width if isinstance(width, int) else FONT_A * columns,
        cut=_cut(features),
        qr=features["qrCode"],
        barcode=features["barcodeB"],
    )
    pages = {name: int(number) for number, name in reversed(data["codePages"].items())}
    for name, codec in ENCODINGS.items():
        if name in pages:
            return replace(profile, code_page=pages[name], codec=codec)
    return profile


def _cut(features: Mapping[str, bool]) -> Cut:
    if features["paperPartCut"]:
        return "partial"
    return "full" if features["paperFullCut"] else "none"


def raster_logo(rows: bytes, width_bytes: int) -> bytes:
    """Rows of dots as commands, in bands.

    A printer obeys real-time commands wherever it sees them, even inside a picture: a picture
    that holds one by chance (10h 04h, 10h 05h, 10h 14h) gets one dot more there.
    """
    safe = re.sub(rb"\x10(?=[\x04\x05\x14])", b"\x11", rows)
    band = width_bytes * BAND
    return b"".join(
        commands.raster(width_bytes, safe[start : start + band])
        for start in range(0, len(safe), band)
    )


class LogoError(Exception):
    """The picture cannot be printed here; why."""


def _ask_escpos(model: str, logo: str, columns: int | None) -> Answer:
    from escpos.capabilities import get_profile  # noqa: PLC0415

    problems: list[str] = []
    try:
        profile = from_capabilities(get_profile(model).profile_data)
    except KeyError:
        problems.append(f"python-escpos has no profile {model!r}")
        profile = Profile()
    if columns:
        profile = profile.of_width(columns)
    if logo:
        try:
            profile = replace(profile, logo=_logo(logo, profile.dots))
        except LogoError as error:
            problems.append(f"logo {logo}: {error}")
    return Answer(profile, tuple(problems))


def _logo(path: str, dots: int) -> bytes:
    from escpos.image import EscposImage  # noqa: PLC0415

    try:
        image = EscposImage(path)
    except OSError as error:
        raise LogoError(str(error)) from error
    if image.width > dots:
        raise LogoError(f"{image.width} dots wide, the paper has {dots}")
    return raster_logo(image.to_raster_format(), image.width_bytes)


def _stop(signum: int, frame: object) -> NoReturn:
    raise SystemExit(128 + signum)


def main(model: str, logo: str = "", columns: str = "") -> int:
    """Print the answer as JSON; exit status 1, and why on the error output, without one.

    python-escpos makes a temporary folder for itself and unpickles what lies in another: both are
    new and private here, and removed, also when the process is told to end.
    """
    # A courtesy to the till, which starts meanwhile; a service manager may forbid it, as our unit
    # does with all of @resources, and then the profile matters more.
    with suppress(PermissionError):
        os.nice(10)
    signal.signal(signal.SIGTERM, _stop)
    with tempfile.TemporaryDirectory(prefix="pos-escpos-") as folder:
        tempfile.tempdir = folder
        os.environ["ESCPOS_CAPABILITIES_PICKLE_DIR"] = folder
        try:
            place = str(Path(logo).absolute()) if logo else ""
            answer = to_json(_ask_escpos(model, place, int(columns) if columns else None))
        except ImportError as error:
            print(error, file=sys.stderr)
            return 1
    sys.stdout.buffer.write(answer.encode())  # UTF-8, whatever the locale
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
