"""Prints so many receipts with pictures, and says what it holds in memory half-way and at the end.

`python -m bench.many_receipts PORT COUNT LOGO`: two lines of JSON, each a figure in MiB.
"""

import asyncio
import json
import sys

from bench.process import memory
from bench.receipt import twenty_lines
from pos_driver_escpos.opening import open_printer
from pos_driver_escpos.settings import EscposSettings
from pos_terminal.domain.receipt import Logo, Qr, Receipt


async def _print(port: int, count: int, logo: str) -> None:
    settings = EscposSettings(host="127.0.0.1", port=port, logo=logo)
    async with open_printer(settings) as printer:
        for number in range(1, count + 1):
            # No two alike: what is kept of one would otherwise be kept once for all.
            code = Qr(f"https://example.org/ticket/{number}")
            await printer.print(Receipt("bench", (Logo(), *twenty_lines().blocks, code)))
            if number in (count // 2, count):
                print(json.dumps(memory().anonymous), flush=True)


if __name__ == "__main__":
    asyncio.run(_print(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
