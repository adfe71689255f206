"""Support from afar as it ships: the package and its units, and a relay set up by its page.

Three Debians, each with a systemd of its own: the shop's box, the relay, the support's machine.
"""

import asyncio
import os
import re
import shutil
import signal
import subprocess
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from shlex import quote

import pytest

from pos_driver_sim.bench import SimBench
from pos_terminal.testing.running import run
from tests.support.process import child
from tests.support.shop import keys
from tests.support.supporter import reads
from tests.systemd.container import ENVIRONMENT, PATIENCE, Container, booted, standing
from tests.systemd.package_parts import (
    CATALOG,
    TREES,
    built,
    listens,
    needs_container,
    settings,
    shows,
)
from tests.systemd.readme import ROOT, blocks

PAGE = ROOT / "docs" / "plugins" / "support.md"
HOME = "/home/marie"
MARIE = f"""\
apt-get install -y /srv/now/*.deb openssh-client
useradd --create-home marie
echo 'marie ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/marie
runuser -u marie -- ssh-keygen -q -t ed25519 -N '' -f {HOME}/.ssh/id_ed25519
"""
MORE = """
[support]
firm = "Acme"

[agent]
services = ["support"]

"""


def page(section: str) -> list[str]:
    return blocks(PAGE, f"### {section}", "sh")


@pytest.mark.deep  # minutes: a package, three Debians, and a trial that nobody keeps
def test_support_comes_as_shipped(tmp_path: Path) -> None:
    """Set up by its page; somebody comes, settings are tried and given back, a key ends it."""
    needs_container("bookworm")
    for name in ("state", "shared/now", "bench"):
        (tmp_path / name).mkdir(parents=True)
    shutil.copy(built("bookworm"), tmp_path / "shared/now")
    run(life(tmp_path, TREES / "bookworm"))


async def life(folder: Path, tree: Path) -> None:
    shared = folder / "shared"
    srv = f"--bind={shared}:/srv"
    async with (
        SimBench(folder / "bench") as bench,
        booted(tree, "support", srv) as support,
        booted(tree, "relais", srv, "--private-network") as relay,
        standing(tree, folder / "state", shared, bench) as till,
    ):
        await support.sh(MARIE)
        await the_till_sells_and_has_its_keys(till, bench)
        table = await the_relays_folder_is_made(support)
        with cable_to(relay) as address:
            await the_relay_is_set_up(relay)
            await the_till_knows_its_relay(till, bench, table.replace('"..."', f'"{address}"'))
            try:
                await somebody_comes(till, bench, support, address)
            except (AssertionError, TimeoutError) as error:
                logs = [await each.sh("journalctl --no-pager -n 40") for each in (relay, till)]
                raise AssertionError("\n".join([str(error), *logs])) from error


async def somebody_comes(
    till: Container, bench: SimBench, support: Container, address: str
) -> None:
    code = await consented(bench, "3")
    async with inside(support, code, address) as process:
        await settings_are_tried_and_go_back(till, bench, process)
        await press(bench, "ASSISTANCE")
        async with asyncio.timeout(PATIENCE):
            await process.wait()
    await its_story_is_there(till, bench)


async def the_till_sells_and_has_its_keys(till: Container, bench: SimBench) -> None:
    await till.sh("apt-get install -y /srv/now/*.deb")
    for name, text in (("terminal.toml", settings(bench) + MORE), ("catalog.csv", CATALOG)):
        await till.sh(f"cat >{name} <<'END'\n{text}END\n", "/etc/pos-terminal")
    await till.sh('pos-terminal commission --date "$(date +%F)"')
    await till.sh("echo 5930 >pin; pos-terminal clerk add 1 --manager --pin-file pin", "/root")
    await till.sh(page("On the terminal")[0])
    await till.sh("cp /etc/pos-terminal/support/*.pub /srv")


async def the_relays_folder_is_made(support: Container) -> str:
    """By the page, on the support's own machine; the table for the terminal's settings."""
    made = page("The relay: stock OpenSSH, in minutes")[0]
    made = made.replace("ssh-keygen", "ssh-keygen -q -N ''")  # what it would ask for
    await support.sh(f"cp /srv/*.pub {HOME}")
    script = f"runuser -u marie -- bash -e <<'END'\n{made}END\ncp -a /etc/pos-relay /srv"
    told = await support.sh(script, HOME)
    return told[told.index("[service.support]") :]


@contextmanager
def cable_to(relay: Container) -> Iterator[str]:
    """A network of the two alone; the relay's address there."""
    number = os.getpid() % 250
    here, there = f"10.79.{number}.1/30", f"10.79.{number}.2"
    link, leader = f"relay{os.getpid()}", str(relay.leader)
    within = f"nsenter -t {leader} -n ip"
    for command in (
        f"ip link add {link} type veth peer name cable netns {leader}",
        f"ip addr add {here} dev {link}",
        f"ip link set {link} up",
        f"{within} addr add {there}/30 dev cable",
        f"{within} link set cable up",
    ):
        subprocess.run(command.split(), check=True)
    try:
        yield there
    finally:
        subprocess.run(["ip", "link", "del", link], check=True)


async def the_relay_is_set_up(relay: Container) -> None:
    """By the page; beside Debian's own sshd, which may stop, and after a fault."""
    await relay.sh("cp -a /srv/pos-relay /etc")
    await relay.sh(page("The relay: stock OpenSSH, in minutes")[1])
    assert await relay.sh("systemctl is-enabled pos-relay") == "enabled"
    assert "pos-relay" in await relay.sh("systemctl list-dependencies multi-user.target")
    await relay.sh("kill -9 $(systemctl show --value -p MainPID pos-relay)")
    await relay.until("systemctl show --value -p NRestarts pos-relay", lambda said: said == "1")
    await relay.sh("systemctl stop ssh")


async def the_till_knows_its_relay(till: Container, bench: SimBench, table: str) -> None:
    await till.sh(f"cat >>/etc/pos-terminal/terminal.toml <<'END'\n{table}\nEND")
    await till.sh("pos-terminal config check")
    await till.sh(page("On the terminal")[1])
    await listens(till)
    await till.until("pos-terminal plugins", lambda said: "support" in said)
    await shows(bench, "CAISSE FERMEE")


async def press(bench: SimBench, text: str) -> None:
    for chord in keys(text):
        await bench.keyboard.stroke(tuple(chord.split("+")))


async def consented(bench: SimBench, level: str) -> str:
    """Agree at the counter; the code that was printed."""
    await press(bench, f"{level} ASSISTANCE ASSISTANCE 1 CLERK 5930 CLERK")
    paper = await printed(bench, "ASSISTANCE : CODE")
    (code,) = re.findall(r"\b[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}\b", paper)
    return str(code)


async def printed(bench: SimBench, *wanted: str) -> str:
    """The next paper with all of these."""
    seen = ""
    try:
        async with asyncio.timeout(PATIENCE):
            while not all(each in seen for each in wanted):
                seen = (await bench.printer.next_paper()).text
    except TimeoutError:
        raise AssertionError(f"{wanted} not printed: {bench.display.screen}, {seen}") from None
    return seen


@asynccontextmanager
async def inside(support: Container, code: str, address: str) -> AsyncIterator[Process]:
    """A supporter at his prompt, by the commands of the page."""
    (typed,) = page("A session")
    for old, new in (("K7QM-3XZP-9TRD", code), ("relay.example.org", address)):
        assert old in typed
        typed = typed.replace(old, new)
    sign, connect = typed.splitlines()
    as_marie = "runuser -u marie -- env HOME=/home/marie bash -c"
    await support.sh(f"{as_marie} {quote(sign)}", HOME)
    command = support.inside(f"{as_marie} {quote(connect)}", HOME)
    pipe = subprocess.PIPE
    async with child(
        *command, stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT, env=ENVIRONMENT,
        start_new_session=True,
    ) as process:  # fmt: skip
        try:
            await prompted(process, "> ")
            yield process
        finally:  # all of it: what ssh holds open is waited for
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGKILL)


async def prompted(process: Process, wanted: str) -> str:
    """What he sees until that has come, and a prompt behind it."""
    return await reads(process, wanted, "> ", PATIENCE)


async def does(process: Process, line: str, wanted: str) -> str:
    assert process.stdin
    process.stdin.write(f"{line}\n".encode())
    return await prompted(process, wanted)


async def settings_are_tried_and_go_back(
    till: Container, bench: SimBench, process: Process
) -> None:
    """The till starts anew in the same process, twice: systemd sees neither a stop nor a fault."""
    show = "systemctl show -p MainPID -p NRestarts -p ActiveState -p SubState pos-terminal"
    before = await till.sh(show)
    assert "NRestarts=0" in before and "SubState=running" in before, before
    started = "pos-terminal journal show --kind till.started --json | wc -l"
    starts = int(await till.sh(started))
    await does(process, "stage shop.footer '[\"Au revoir\"]'", "Au revoir")
    assert process.stdin
    process.stdin.write(b"apply 1\n")
    await shows(bench, "OUI = 1")
    await press(bench, "OUI")
    await prompted(process, "redémarre")
    await till.until(started, lambda said: int(said) == starts + 1)
    async with asyncio.timeout(PATIENCE):
        while "Au revoir" not in await does(process, "config shop.footer", ""):
            await asyncio.sleep(0.5)
    assert await till.sh(show) == before
    # Nobody keeps them. The watch over the till (ten seconds) goes on through all of it.
    done = "pos-terminal journal show --kind support.commanded --json | wc -l"
    count = int(await till.sh(done))
    await till.until(started, lambda said: int(said) == starts + 2)
    # The first answer of a till that is back, and no word that it is away: it has a record.
    async with asyncio.timeout(PATIENCE):
        said = await does(process, "config shop.footer", "")
        while int(await till.sh(done)) == count:
            await asyncio.sleep(0.5)
            said = await does(process, "config shop.footer", "")
    assert "shop.footer" not in said, said
    assert await till.sh(show) == before


async def its_story_is_there(till: Container, bench: SimBench) -> None:
    paper = await printed(bench, "ASSISTANCE : COMPTE RENDU")
    (digest,) = re.findall(r"[0-9a-f]{64}", re.sub(r"\s", "", paper))
    assert digest in await till.sh("pos-terminal journal show --kind support.closed --json")
    assert digest in await till.sh("pos-terminal support recordings")
    assert "Au revoir" in await till.sh("pos-terminal support replay 1 --text")
    log = await till.sh("journalctl -u pos-terminal -u pos-terminal-agent -o cat")
    assert "Traceback" not in log and "Watchdog" not in log, log
    await till.sh("systemctl --failed --quiet && pos-terminal journal verify")
