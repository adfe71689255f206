"""The product on a box with a systemd of its own, from its installation to its removal."""

import asyncio
import json
import os
import re
import shutil
import socket
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import pytest

from pos_terminal.journal import last_backup
from pos_terminal.testing.running import run
from tests.needs import need
from tests.qemu.machine import PATIENCE, QEMU
from tests.support.box_shop import terminal
from tests.systemd import disk, mailing, usb_devices
from tests.systemd.box import ADAPTER, Box, standing
from tests.systemd.readme import commands

ROOT = Path(__file__).parent.parent.parent
KERNEL = ROOT / ".venv-qemu"
PLACE = ROOT / ".venv-systemd"
BUSYBOX = Path("/bin/busybox")
STATE = "/var/lib/pos-terminal"
Scene = Callable[[Box], Awaitable[None]]
SCENES: list[Scene] = []
DEVICES: list[Scene] = []

CATALOG = """\
plu,name,price,unit,family,vat,barcode
1,TRADITION,1.30,piece,pain,5.5,
4,COMTE 18 MOIS,24.90,kg,fromage,5.5,
5,CONFITURE,4.20,piece,epicerie,5.5,3017620422003
"""
PRINTING = """\
logo = "/etc/pos-terminal/logo.png"
profile_wait = 60
"""
NAMES = """\
SUBSYSTEM=="input", KERNEL=="event*", ENV{ID_SERIAL}=="QEMU_*_Keyboard_*", SYMLINK+="pos/keypad"
SUBSYSTEM=="tty", KERNEL=="ttyS1", SYMLINK+="pos/display"
SUBSYSTEM=="tty", ENV{ID_SERIAL}=="QEMU_QEMU_USB_SERIAL_SCALE", SYMLINK+="pos/scale"
"""
WATCHED = """
[agent]
services = ["health"]

[service.health]
network = false
backup_days = 0
"""
LISTED = "pos-terminal alerts list --json || true"
# A black bar, 64 dots by 2, as the picture and as a printer's raster command (GS v 0).
LOGO = b"P4\n64 2\n" + b"\xff" * 16
RASTER = b"\x1dv0\x00\x08\x00\x02\x00" + b"\xff" * 16

def scene(function: Scene) -> Scene:
    SCENES.append(function)
    return function


@pytest.mark.slow
def test_the_box(tmp_path: Path) -> None:
    """One box, one life: each scene goes on where the one before it ended."""
    live(tmp_path, SCENES)


@pytest.mark.slow
def test_every_device_of_the_counter(tmp_path: Path) -> None:
    """Each kind on USB, in a box of its own."""
    live(tmp_path, DEVICES)


def live(tmp_path: Path, scenes: Sequence[Scene]) -> None:
    need(shutil.which(QEMU) is not None, QEMU, "apt-get install qemu-system-x86")
    need(BUSYBOX.exists(), str(BUSYBOX), "apt-get install busybox-static")
    need((PLACE / "ready").exists(), "a Debian for the box", "sudo .ci/debian-tree")
    need(os.geteuid() == 0, "root, who may chroot,", "sudo make test ARGS='-k systemd'")
    disk.furnish(PLACE / "tree", PLACE / "wheels", tmp_path / "tree")
    (tmp_path / "empty").mkdir()
    disk.make(tmp_path / "tree", "root", tmp_path / "root", 2000)
    disk.make(tmp_path / "empty", "journal", tmp_path / "journal", disk.JOURNAL_MIB)
    shutil.rmtree(tmp_path / "tree")
    try:
        run(life(tmp_path, scenes))
    finally:
        (tmp_path / "root").unlink()


async def life(folder: Path, scenes: Sequence[Scene]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    async with standing(KERNEL, BUSYBOX, folder, port) as box:
        for play in scenes:
            name, start = getattr(play, "__name__", ""), time.monotonic()
            try:
                await play(box)
            except (AssertionError, TimeoutError) as error:
                log = await box.sh("journalctl --no-pager -o short-monotonic -n 80")
                raise AssertionError(f"{name}: {error}\n{box.display.screen}\n{log}") from error
            print(f"{time.monotonic() - start:6.1f} s  {name}", flush=True)


async def restarted(box: Box, times: int) -> None:
    """Wait until systemd has started the till anew, so many times since it was enabled."""
    wanted = f"running {times}"
    show = "echo $(systemctl show --value -p SubState -p NRestarts pos-terminal | sort -r)"
    await box.until(show, lambda shown: shown == wanted)


@scene
async def it_is_installed_and_sells(box: Box) -> None:
    await box.technician(commands("Its place in the system"))
    await box.sh(f"cat >/etc/udev/rules.d/71-pos-local.rules <<'END'\n{NAMES}END\n")
    await box.sh("udevadm control --reload && udevadm trigger && udevadm settle")
    clone = f"/{disk.HOME}/pos-terminal"
    settings = terminal(("10.0.2.2", box.printer.address[1]), scale="/dev/pos/scale") + PRINTING
    for name, text in (("terminal.toml", settings), ("catalog.csv", CATALOG)):
        await box.sh(f"cat >{clone}/{name} <<'END'\n{text}END\n")
    octal = "".join(f"\\{byte:03o}" for byte in LOGO)
    await box.sh(f"printf '{octal}' >{clone}/logo.png")
    await box.technician(commands("First start"))
    await box.shows("BONJOUR")


@scene
async def it_is_locked_in_and_its_own(box: Box) -> None:
    assert (await box.unit("User"), await box.unit("NRestarts")) == ("pos", "0")
    places = await box.sh(f"stat -c '%U %G %a' {STATE} /run/pos-terminal /run/pos-terminal/till")
    assert places == "pos pos 700\npos pos 755\npos pos-link 660"
    await box.sh(f"test -s {(await box.unit('Documentation')).removeprefix('file:')}")
    for name in ("pos-terminal", "pos-terminal-agent"):
        await box.sh(f"systemd-analyze security --no-pager --threshold=20 {name} >/dev/null")


@scene
async def the_agent_runs_and_may_ask_the_till_and_no_more(box: Box) -> None:
    await box.sh("systemctl is-active pos-terminal-agent")
    await box.sh("pos-terminal status", "pos-agent")
    assert "Permission denied" in await box.sh(f"ls {STATE} || true", "pos-agent")


@scene
async def the_agent_behind_its_walls_knows_who_stopped_the_till(box: Box) -> None:
    """What it reads of systemd by D-Bus, of disks and memory, its unit lets it read as it is."""
    await box.sh(f"cat >>/etc/pos-terminal/terminal.toml <<'END'\n{WATCHED}END\n")
    await box.sh("systemctl restart pos-terminal pos-terminal-agent")
    await box.until(LISTED, lambda said: "W-106" in said)  # it looks: no scale is there yet
    found = json.loads(await box.sh(LISTED))["incidents"]
    wrong = [each for each in found if each["code"].startswith("B-")]
    assert wrong == [], "a sound disk, memory, and each of them could be looked at"
    for _ in range(5):
        await box.sh("systemctl stop pos-terminal")
        said = await box.until(LISTED, lambda said: "B-125" in said or "C-141" in said)
        await box.sh("systemctl start pos-terminal")
        await box.until(LISTED, lambda said: "B-125" not in said and "C-141" not in said)
        if "B-125" in said:
            break
        # Ended by systemd: here it may take more than the five seconds that its unit gives it.
    assert "B-125" in said


@scene
async def a_dead_till_is_mailed_once_and_so_is_its_return(box: Box) -> None:
    """Killed, and not started again; the agent is killed meanwhile, and goes on where it was."""
    async with mailing.smtp(box) as server:
        await mailing.set_up(box)
        down = "/run/systemd/system/pos-terminal.service.d"
        await box.sh(f"mkdir -p {down} && printf '[Service]\nRestart=no\n' >{down}/down.conf")
        await box.sh(f"systemctl daemon-reload && kill -9 {await box.unit('MainPID')}")
        await agent_killed(box)
        bad = await mailing.of_the_till(server, "KO")
        said = await box.until(LISTED, lambda said: "C-141" in said)
        (silent,) = (each for each in json.loads(said)["incidents"] if each["code"] == "C-141")
        assert silent["detail"].startswith("systemd: failed (failed), signal"), silent
        for _ in range(2):
            await agent_killed(box)
        await box.sh(f"rm -r {down} && systemctl daemon-reload && systemctl start pos-terminal")
        await mailing.of_the_till(server, "OK")
        await agent_killed(box)
        await box.until(LISTED, lambda said: "C-141" not in said)
        good, again = [await mailing.of_the_till(server, mark) for mark in ("OK", "KO")]
        for who, mail in bad.items():
            assert good[who]["References"] == mail["Message-ID"] == again[who]["Message-ID"]
            assert good[who]["Message-ID"] != mail["Message-ID"]


async def agent_killed(box: Box) -> None:
    """Kill the agent, and see it listen again."""
    await box.sh("kill -9 $(systemctl show --value -p MainPID pos-terminal-agent)")
    await box.until("systemctl is-active pos-terminal-agent || true", lambda said: said == "active")


@scene
async def a_ticket_is_printed_as_wide_as_the_paper_with_its_logo(box: Box) -> None:
    await box.keys("3 x 1 PLU")
    await box.shows("TRADITION", "3,90")
    await box.keys("CASH")
    await box.shows("TOTAL", "3,90")
    await box.keys("TICKET")
    async with asyncio.timeout(PATIENCE):
        paper = await box.printer.next_paper()
    assert RASTER in paper.raw, paper.raw
    widths = {line.split()[0]: len(line) for line in paper.text.splitlines() if line.strip()}
    assert (max(widths.values()), widths["TRADITION"], widths["TOTAL"]) == (48, 48, 48), paper.text
    assert box.printer.unknown == []


@scene
async def an_adapter_plugged_in_later_opens(box: Box) -> None:
    assert "usbserial" not in await box.sh("cut -d' ' -f1 /proc/modules")
    there = "test -e /dev/pos/scale && echo there || true"
    await plugged(box, 480, "0,480kg", "11,95", "11,95")
    assert "ID_MM_DEVICE_IGNORE=1" in await box.sh("udevadm info -q property /dev/pos/scale")
    await box.keys("1 PLU")
    await box.shows("TRADITION", "1,30")
    await box.machine.monitor("device_del", {"id": ADAPTER["id"]})
    await box.until(there, lambda answer: not answer)
    await plugged(box, 1250, "1,250kg", "31,13", "32,43")


@scene
async def what_its_unit_allows_by_number_has_that_number(box: Box) -> None:
    await box.sh("modprobe -a usbserial cdc_acm rfcomm usblp")
    lines = (await box.sh("sed '/^Block/,$d' /proc/devices")).splitlines()
    numbers = {line.split()[1]: line.split()[0] for line in lines if line[:1] in " 123456789"}
    allowed = await box.unit("DeviceAllow")
    for name in ("ttyUSB", "ttyACM", "rfcomm", "usb", "usb_device"):
        assert f"char-{numbers[name]} rw" in allowed, name


async def plugged(box: Box, grams: int, weight: str, price: str, total: str) -> None:
    """Plug the scale's adapter in, sell what lies on the scale, and end the sale."""
    box.scale.grams = grams
    await box.machine.monitor("device_add", dict(ADAPTER))
    await box.weighs(weight, price)
    await box.keys("CASH")
    await box.shows("TOTAL", total)


DEVICES += (
    it_is_installed_and_sells,
    an_adapter_plugged_in_later_opens,
    usb_devices.each_is_adopted,
    usb_devices.in_a_sale_each_is_unplugged_and_sells_again,
    usb_devices.equal_scanners_keep_their_names_whichever_comes_first,
)


@scene
async def killed_it_is_back_with_the_open_ticket(box: Box) -> None:
    await box.keys("2 x 1 PLU")
    await box.shows("TRADITION", "2,60")
    pid = await box.unit("MainPID")
    await box.sh(f"kill -9 {pid} $(systemctl show --value -p MainPID pos-terminal-agent)")
    await restarted(box, 1)
    await box.keys("1 PLU CASH")
    await box.shows("TOTAL", "3,90")


@scene
async def frozen_it_is_replaced(box: Box) -> None:
    pid = await box.unit("MainPID")
    await box.sh(f"kill -STOP {pid}")
    await restarted(box, 2)
    assert "Watchdog timeout" in await box.sh("journalctl -u pos-terminal -o cat")
    await box.keys("1 PLU CASH")
    await box.shows("TOTAL", "1,30")


@scene
async def a_full_disk_is_said_and_ends(box: Box) -> None:
    """What root put there is removed again; nobody has to start anything."""
    filler = f"{STATE}/lost+found/filler"
    await box.sh(f"! dd if=/dev/zero of={filler} bs=64k status=none")
    await box.keys("1 PLU")
    await box.shows("J-102")
    assert "J-102" in await box.sh("! pos-terminal status")
    await box.sh(f"rm {filler}")
    await box.shows("BONJOUR")
    await box.keys("1 PLU CASH")
    await box.shows("TOTAL", "1,30")


@scene
async def commands_with_sudo_leave_the_state_to_its_owner(box: Box) -> None:
    """The till sells meanwhile, and what they record it records itself."""
    await box.technician("sudo pos-terminal journal verify && sudo pos-terminal journal rotate-key")
    await box.technician("echo 4711 >pin && sudo pos-terminal clerk add 12 --pin-file pin")
    await box.technician("sudo pos-terminal clerk list | grep 12")
    await box.technician("sudo pos-terminal clerk remove 12")
    assert await box.sh(f"find {STATE} ! -user pos ! -name lost+found") == ""


@scene
async def a_backup_on_an_empty_disk_goes_on(box: Box) -> None:
    await box.sh("mkdir /media/stick /media/safe")
    before = await ticket(box)
    await box.technician(commands("Backup"))
    await box.sh("systemctl stop pos-terminal")
    await box.sh(f"find {STATE} -mindepth 1 ! -name lost+found -delete")
    await box.technician(commands("Another card"))
    await box.sh("systemctl start pos-terminal")
    assert await ticket(box) == before + 1


@scene
async def each_night_a_backup_goes_where_the_unit_lets_it(box: Box) -> None:
    """Also onto a stick that is mounted once the till runs."""
    table = '[backup]\ndirectory = "/media/backup"\n'
    await box.sh(f"cat >>/etc/pos-terminal/terminal.toml <<'END'\n{table}END\n")
    await box.sh(f"rm -f {STATE}/{last_backup.NAME}")
    await box.technician(commands("A backup each night"))
    await box.until("ls /media/backup", lambda shown: ".zip" in shown)
    await box.sh("mount -t tmpfs -o uid=pos,mode=700 stick /media/backup")
    inside = f"nsenter -t {await box.unit('MainPID')} -m setpriv --reuid=pos --clear-groups"
    await box.sh(f"{inside} touch /media/backup/there && test -e /media/backup/there")
    await box.sh("umount /media/backup")


async def ticket(box: Box) -> int:
    """Sell, print, and read the ticket's number off the paper."""
    await box.keys("C 1 PLU CASH")
    await box.shows("TOTAL", "1,30")
    await box.keys("TICKET")
    async with asyncio.timeout(PATIENCE):
        paper = await box.printer.next_paper()
    (number,) = re.findall(r"^Ticket 1-(\d+)", paper.text, re.MULTILINE)
    return int(number)


@scene
async def it_is_upgraded_with_an_open_ticket_and_goes_back(box: Box) -> None:
    await box.keys("2 x 1 PLU")
    await box.shows("TRADITION", "2,60")
    # The commands under «The program» have been typed in the newer clone: their last one follows.
    await box.technician(f"sudo ln -sfn pos-terminal-{disk.NEWER} /opt/pos-terminal")
    await box.technician(commands("Upgrade"))
    assert await started(box) == disk.NEWER
    await box.keys("1 PLU CASH")
    await box.shows("TOTAL", "3,90")
    await box.technician(commands("Going back"))
    assert await started(box) == "0.1.0"
    await box.keys("1 PLU CASH")
    await box.shows("TOTAL", "1,30")


async def started(box: Box) -> str:
    """The version that took the journal up last, by the journal itself."""
    shown = await box.technician("sudo pos-terminal journal show --kind till.started --json")
    version: str = json.loads(shown.splitlines()[-1])["record"]["body"]["version"]
    return version


@scene
async def it_is_removed_and_the_journal_stays(box: Box) -> None:
    await box.technician(commands("Removal"))
    folders = "/opt /etc/systemd /etc/udev /usr/local /usr/share/doc /usr/lib/sysusers.d"
    assert await box.sh(f"find {folders} -name '*pos-terminal*'") == ""
    assert await box.sh(f"test -s {STATE}/journal.db && systemctl --failed --quiet") == ""
