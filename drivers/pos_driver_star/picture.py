"""The shop's logo as rows of dots. Pillow reads it, in a process of its own, as it is large.

    python -m pos_driver_star.picture PATH DOTS

prints the bytes in a row and the rows, in hexadecimal.
"""

import subprocess
import sys

from msgspec import Struct

READING_TIME = 10.0
"""Seconds after which the other process is given up; it takes a quarter of one on a small box."""


class LogoError(Exception):
    """The picture cannot be printed here; why."""


class Picture(Struct, frozen=True):
    """Rows of dots, the leftmost in the highest bit, a set one black."""

    width_bytes: int
    rows: bytes


def read_logo(path: str, dots: int) -> Picture:
    """The picture at `path`, at most so many dots wide. Blocks for `READING_TIME` at most.

    Raises LogoError.
    """
    command = (sys.executable, "-m", "pos_driver_star.picture", path, str(dots))
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=READING_TIME
        )
    except subprocess.TimeoutExpired:
        raise LogoError(f"{path}: not read within {READING_TIME} s") from None
    if done.returncode:
        raise LogoError(f"{path}: {done.stderr.strip().splitlines()[-1:] or done.returncode}")
    width, _, rows = done.stdout.strip().partition(" ")
    return Picture(int(width), bytes.fromhex(rows))


def _read(path: str, dots: int) -> Picture:
    from PIL import Image, ImageOps  # noqa: PLC0415

    with Image.open(path) as file:
        grey = file.convert("RGBA")
    # What is transparent is paper.
    white = Image.new("RGBA", grey.size, "white")
    picture = ImageOps.invert(Image.alpha_composite(white, grey).convert("L")).convert("1")
    if picture.width > dots:
        raise SystemExit(f"{picture.width} dots wide, the paper has {dots}")
    return Picture((picture.width + 7) // 8, picture.tobytes())


def main(path: str, dots: str) -> int:
    """Print the picture; exit status 1, and why on the error output, without one."""
    try:
        picture = _read(path, int(dots))
    except (OSError, ImportError) as error:
        print(error, file=sys.stderr)
        return 1
    print(picture.width_bytes, picture.rows.hex())
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
