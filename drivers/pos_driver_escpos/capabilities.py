"""The process that asks python-escpos: `python -m pos_driver_escpos.capabilities MODEL [LOGO]`.

It prints a `Profile` as JSON and ends. The package does not import this module.
"""

import os
import re
import signal
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

from pos_driver_escpos import commands
from pos_driver_escpos.profile import Cut, Profile, ProfileError, to_json
from pos_driver_escpos.text import ENCODINGS

BAND = 24
"""Rows of the logo per command: little is lost in the printer if the link breaks within one."""


def from_capabilities(data: Mapping[str, Any]) -> Profile:
    """The facts that count here out of python-escpos' description of a model."""
    columns = int(data["fonts"]["0"]["columns"])
    width = data["media"]["width"].get("pixels")
    features = data["features"]
    profile = Profile(
        columns=columns,
        dots=width if isinstance(width, int) else 12 * columns,
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


def _ask_escpos(model: str, logo: str) -> Profile:
    from escpos.capabilities import get_profile  # noqa: PLC0415
    from escpos.image import EscposImage  # noqa: PLC0415

    try:
        profile = from_capabilities(get_profile(model).profile_data)
    except KeyError as error:
        raise ProfileError(f"python-escpos has no profile {model!r}") from error
    if not logo:
        return profile
    try:
        image = EscposImage(logo)
    except OSError as error:
        raise ProfileError(f"logo {logo}: {error}") from error
    if image.width > profile.dots:
        raise ProfileError(f"logo {logo}: {image.width} dots wide, the paper has {profile.dots}")
    return replace(profile, logo=raster_logo(image.to_raster_format(), image.width_bytes))


def _stop(signum: int, frame: object) -> NoReturn:
    raise SystemExit(128 + signum)


def main(model: str, logo: str = "") -> int:
    """Print the profile as JSON; exit status 1, and why on the error output, without one.

    python-escpos makes a temporary folder for itself and unpickles what lies in another: both are
    new and private here, and removed, also when the process is told to end.
    """
    os.nice(10)
    signal.signal(signal.SIGTERM, _stop)
    with tempfile.TemporaryDirectory(prefix="pos-escpos-") as folder:
        tempfile.tempdir = folder
        os.environ["ESCPOS_CAPABILITIES_PICKLE_DIR"] = folder
        try:
            answer = to_json(_ask_escpos(model, str(Path(logo).absolute()) if logo else ""))
        except (ProfileError, ImportError) as error:
            print(error, file=sys.stderr)
            return 1
    print(answer)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
