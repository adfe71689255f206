"""The least that can stand between a scanner and a display: two descriptors and a loop.

`python -m bench.copy_loop SCANNER DISPLAY` answers every code that ends with LF with one screen.
"""

import os
import sys
import tty

SCREEN = b"\x1f$\x01\x01" + b"BAGUETTE          x1" + b"\x1f$\x01\x02" + b"      1,30      1,30"


def copy(scanner: int, display: int) -> None:
    """Until the scanner is unplugged."""
    while data := os.read(scanner, 4096):
        if data.endswith(b"\n"):
            os.write(display, SCREEN)


def main(scanner: str, display: str) -> None:
    """Open both lines as they are, in raw mode."""
    lines = [os.open(path, os.O_RDWR | os.O_NOCTTY) for path in (scanner, display)]
    for line in lines:
        tty.setraw(line)
    print("copying", flush=True)
    copy(*lines)


if __name__ == "__main__":
    main(*sys.argv[1:])
