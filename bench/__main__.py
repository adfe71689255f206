"""`python -m bench [--json FILE] [--quick] [--only NAME]`: all figures, or one part's."""

import argparse
import compileall
import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench import (
    alerts,
    api,
    counter,
    counter_devices,
    display,
    durable,
    evidence,
    flood,
    loads,
    memory,
    payments,
    peer,
    promotions,
    receipt,
    rush,
    signers,
    slow_disk,
    small_machine,
    start,
    support,
    tickets,
    writes,
)
from bench.figures import Figure, Setting, table
from bench.machine import describe

PARTS: dict[str, Callable[[Setting], list[Figure]]] = {
    "start": start.measure,
    "memory": memory.measure,
    "display": display.measure,
    "flood": flood.measure,
    "alerts": alerts.measure,
    "writes": writes.measure,
    "support": support.measure,
    "api": api.measure,
    "loads": loads.measure,
    "small-machine": small_machine.measure,
    "rush": rush.measure,
    "slow-disk": slow_disk.measure,
    "journal": durable.measure,
    "evidence": evidence.measure,
    "signers": signers.measure,
    "promotions": promotions.measure,
    "receipt": receipt.measure,
    "payments": payments.measure,
    "devices": counter_devices.measure,
    "tickets": tickets.measure,
    "peer": peer.measure,
    "counter": counter.measure,
}
ROOT = Path(__file__).parents[1]
SCRATCH = Path("build")
"""Where the journals go unless told otherwise: the working folder's disk, not a RAM disk."""


def main() -> int:
    """Measure and print; 0 also when a bar is missed: a busy machine is no defect."""
    parser = argparse.ArgumentParser("python -m bench", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there as well")
    parser.add_argument("--quick", action="store_true", help="only see that it works")
    parser.add_argument("--long", action="store_true", help="journals of millions of records, too")
    parser.add_argument("--only", choices=PARTS, action="append", metavar="PART",
                        help=f"one of {', '.join(PARTS)}; may be given again")  # fmt: skip
    parser.add_argument("--dir", type=Path, default=SCRATCH, metavar="DIR",
                        help="on the disk to measure (default: %(default)s)")  # fmt: skip
    arguments = parser.parse_args()
    arguments.dir.mkdir(parents=True, exist_ok=True)
    _compile()
    with tempfile.TemporaryDirectory(dir=arguments.dir, prefix="bench-") as scratch:
        setting = Setting(Path(scratch).absolute(), arguments.quick, arguments.long)
        machine = describe(setting.directory)
        print("  ".join(f"{name}: {value}" for name, value in machine.items()), flush=True)
        figures = _measure(arguments.only or list(PARTS), setting)
    print(table(figures))
    if arguments.json:
        whole = {"machine": machine, "quick": arguments.quick,
                 "figures": [figure.as_json() for figure in figures]}  # fmt: skip
        arguments.json.write_text(json.dumps(whole, indent=2, ensure_ascii=False) + "\n")
    return 0


def _compile() -> None:
    """Byte code as an installed package has it: without it a start compiles, which no till does."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    for folder in ("pos_terminal", "drivers", "plugins"):
        compileall.compile_dir(ROOT / folder, quiet=2)


def _measure(parts: list[str], setting: Setting) -> list[Figure]:
    figures: list[Figure] = []
    for part in parts:
        print(f"measuring {part} ...", file=sys.stderr, flush=True)
        figures += PARTS[part](setting)
    return figures


if __name__ == "__main__":
    sys.exit(main())
