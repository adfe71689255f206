"""CD5220 commands, which nearly every other maker's display understands.

Source: user manuals of CD5220 displays, «CD5220 standard mode command list». The set has no
command for the code page: it is set in the display, and the settings name the same.
"""

from pos_driver_vfd.charset import CodePage, encode
from pos_terminal.domain.screen import Screen

CLEAR = b"\x0c"
"""Also leaves the string mode that `frame` uses, in which no other command is heard."""
INITIALIZE = b"\x1b@"
OVERWRITE = b"\x1b\x11"
CURSOR_OFF = b"\x1b_\x00"


def start(page: CodePage) -> bytes:
    """Initialise, for text that overwrites what stands there, without a cursor."""
    del page
    # CLEAR on both sides: before, to leave the string mode; behind, for an empty screen.
    return CLEAR + INITIALIZE + OVERWRITE + CURSOR_OFF + CLEAR


def frame(screen: Screen, page: CodePage) -> bytes:
    """Both lines, each as one string command."""
    upper, lower = encode(screen.line1, page), encode(screen.line2, page)
    return b"\x1bQA" + upper + b"\r" + b"\x1bQB" + lower + b"\r"
