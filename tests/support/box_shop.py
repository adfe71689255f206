"""A shop whose till is a machine of its own: its settings, and its journal seen from outside."""

import subprocess
import sys
from pathlib import Path

SELLER = """
[seller]
siret = "732 829 320 00074"
"""
"""Without it a box is never commissioned."""


def terminal(
    printer: tuple[str, int],
    keypad: str = "/dev/pos/keypad",
    display: str = "/dev/pos/display",
    scale: str = "",
) -> str:
    """Settings: the printer's host and port, the other devices' nodes; `scale` may be none.

    The printer's table is the last: more of its keys may follow.
    """
    return f"""\
[shop]
name = "Boulangerie du Marché"

[terminal]
catalog = "catalog.csv"
plugins = ["evdev", "toledo", "vfd", "escpos"]

[devices.keypad]
class = "keypad"
driver = "evdev"
device = "{keypad}"

[devices.display]
class = "display"
driver = "vfd"
serial = {{ port = "{display}" }}
{_SCALE.format(scale) if scale else ""}
[devices.printer]
class = "printer"
driver = "escpos"
host = "{printer[0]}"
port = {printer[1]}
"""


_SCALE = """
[devices.scale]
class = "scale"
driver = "toledo-8217"
port = "{}"
"""


def must_verify(state: Path) -> None:
    """`journal verify` finds nothing to say against what lay on the box."""
    verify = [sys.executable, "-m", "pos_terminal", "journal", "verify", "--state", str(state)]
    verified = subprocess.run(verify, capture_output=True, text=True, check=False)
    assert verified.returncode == 0, verified.stdout + verified.stderr
