"""What reaches the card: bytes of a ticket, and of an hour in which nothing is sold.

Till and agent lie on a file system of their own, ext4 as the image mounts it, in a loop device
whose sectors the kernel counts (Documentation/block/stat.rst): what the file system adds wears the
card out as well. Keys come one after the other's commit, as a clerk's do. The journal's log has
been through once before: one that still grows costs twice as much, in the first eighty tickets of a
start. The idle hour is the agent's, as in `bench.alerts`, with nothing wrong; the till has a minute
of it, and what it writes by then is taken sixty times: it has nothing that comes seldom.

All of it is a process with mounts and processes of its own: killed, it leaves none behind.
"""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from shutil import which

from bench.alerts import HOUR, SETTLING, agent_beside, mailing, written
from bench.fast_agent import FASTER
from bench.figures import MIB, Figure, Setting
from bench.shop import Ends, open_shop
from pos_terminal.journal.wal import IDLE
from tests.support.mail_server import PASSWORD, MailServer, certificate
from tests.support.small_disk import ext4

KIB = "KiB"
ONCE_THROUGH, SOON = 110, 0.05
"""Tickets that fill the journal's log, and the seconds between two of their keys."""

TICKETS, PAUSE = 50, 0.15
"""How many are counted, and the seconds between two keys."""

A_TICKET, AN_HOUR = 80.0, 1.0
SALE = ("1 PLU", "2 PLU", "CASH")


def measure(setting: Setting) -> list[Figure]:
    """Without a paper, with its paper, and idle. It takes root, for the file system."""
    if os.geteuid() or which("mkfs.ext4") is None:
        print("what reaches the card is left out: root and mkfs.ext4", file=sys.stderr)
        return []
    alone = ["unshare", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child"]
    place = [str(setting.folder("writes")), *(["quick"] if setting.quick else [])]
    command = [*alone, sys.executable, "-m", "bench.writes", *place]
    told = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    bare, papers, hour = json.loads(told)
    return [
        Figure(key="writes.ticket", what="written to the disk for a ticket", unit=KIB,
               value=round(bare, 1), at_most=A_TICKET),
        Figure(key="writes.paper", what="the same, with its paper", unit=KIB,
               value=round(papers, 1), at_most=A_TICKET),
        Figure(key="writes.hour", what="in an idle hour, of till and agent", unit=MIB,
               value=round(hour / 2**20, 2), at_most=AN_HOUR),
    ]  # fmt: skip


def main(folder: Path, quick: str = "") -> None:
    """Measure in that folder: KiB of a ticket without and with its paper, bytes of an hour."""
    with ext4(folder, 256, options="loop,noatime") as disk:
        print(json.dumps(asyncio.run(_measure(Setting(folder, bool(quick)), disk))))


async def _measure(setting: Setting, disk: Path) -> tuple[float, float, int]:
    (disk / "secrets").mkdir()
    (disk / "secrets" / "alerts-password").write_text(PASSWORD)
    server = MailServer(certificate(disk))
    async with (
        server.up(),
        open_shop(disk / "shop", more=mailing(server, disk_free=0)) as shop,
        shop.started() as terminal,
    ):
        await terminal.all_open(len(shop.ends.devices))
        async with agent_beside(disk, shop.state, "bench.fast_agent"):
            await asyncio.sleep(5 * SETTLING)
            before, tills = _sectors(disk), written(terminal.pid)
            await asyncio.sleep(1 if setting.quick else HOUR)
            tills = (written(terminal.pid) - tills) * FASTER
            hour = _sectors(disk) - before + tills
        if server.raw:
            print(f"that hour was not idle: {len(server.raw)} mails", file=sys.stderr)
        await _sell(disk, shop.ends, setting.rounds(ONCE_THROUGH), SALE, SOON)
        await asyncio.sleep(3 * IDLE)
        count = setting.rounds(TICKETS)
        bare = await _sell(disk, shop.ends, count, SALE)
        papers = await _sell(disk, shop.ends, count, (*SALE, "TICKET"))
    return bare, papers, hour


async def _sell(
    disk: Path, ends: Ends, count: int, keys: tuple[str, ...], pause: float = PAUSE
) -> float:
    """KiB of each of so many sales."""
    before = _sectors(disk)
    for _ in range(count):
        for key in keys:
            await ends.type(key)
            await asyncio.sleep(pause)
        if "TICKET" in keys:
            await ends.far_printer.job()
    return (_sectors(disk) - before) / count / 1024


def _sectors(place: Path) -> int:
    """Bytes that the disk of that place was given to write, all that waits included."""
    subprocess.run(["sync", "-f", place], check=True)
    device = place.stat().st_dev
    told = Path(f"/sys/dev/block/{os.major(device)}:{os.minor(device)}/stat").read_text()
    return int(told.split()[6]) * 512


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
