"""A supporter's other programs, by the page's own lines: a telephone's app, and PuTTY."""

import asyncio
import re
import shutil
from pathlib import Path

import pytest

from pos_terminal.commands import support_relay
from pos_terminal.domain.events.grants import GrantEnded
from pos_terminal.testing.running import PATIENCE, run
from tests.needs import need
from tests.support.faked_clock import faking
from tests.support.process import child
from tests.support.relay import ran, short
from tests.support.supporter import does, inside
from tests.support.supporting import open_line

PAGE = Path(__file__).parents[2] / "docs" / "plugins" / "support.md"

JUMPS = ("+400d", "-9000d", "+0d")

LINE = re.compile(r"^    (ssh -J .*)$", re.M)
PUTTY = re.compile(r"^    ((?:puttygen|plink) .*)$", re.M)


@pytest.mark.slow
@pytest.mark.parametrize("first", JUMPS)
def test_a_supporters_own_clock_is_not_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    """Stock ssh looks at no time of its certificates: it comes in and stays, as the till says."""
    moment = tmp_path / "moment"
    faked = faking(moment)

    async def body() -> None:
        async with open_line(tmp_path, monkeypatch) as (shop, relay, door):
            relay.sign(await door.code())
            moment.write_text(first)
            for name, value in faked.items():
                monkeypatch.setenv(name, value)
            day = (await relay.ran("date", "+%F")).out
            async with inside(relay) as process:
                for jump in JUMPS:
                    moment.write_text(jump)
                    await does(process, "incidents\r", "subject")
                await shop.type("ASSISTANCE")
                async with asyncio.timeout(PATIENCE):
                    await process.wait()
            moment.write_text("+0d")
            assert ((await relay.ran("date", "+%F")).out == day) == (first == "+0d")
            assert (await shop.journaled(GrantEnded))[0].why == "ended"

    run(body())


def test_the_pages_one_line_goes_in_with_both_certificates_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def body() -> None:
        async with open_line(tmp_path, monkeypatch) as (_, relay, door):
            relay.sign(await door.code())
            (enrolled,) = support_relay.terminals(relay.folder)
            held = tmp_path / "held"
            held.mkdir(mode=0o700)
            socket, names = held / "agent", ("relay", "terminal")
            for name in names:  # ssh-add takes the certificate that is named after the key
                shutil.copy(relay.key, held / name)
                (held / name).chmod(0o600)
                certificate = relay.key.with_name(f"{relay.key.name}-{name}-cert.pub")
                shutil.copy(certificate, held / f"{name}-cert.pub")
            port, keys = enrolled.port, relay.folder
            known = (keys / support_relay.KNOWN).read_text().split(" ", 1)[1]
            (held / "known").write_text(
                f"[127.0.0.1]:{relay.port} {short(keys / 'ssh_host_ed25519_key.pub')}\n"
                f"[127.0.0.1]:{port} {known}"
            )
            (held / "config").write_text(f"UserKnownHostsFile {held}/known\n")
            monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
            (line,) = LINE.findall(PAGE.read_text())
            line = line.replace("relay.example.org:2200", f"127.0.0.1:{relay.port}")
            words = line.replace("22001", str(port)).split()[1:]
            async with child("ssh-agent", "-D", "-a", socket, stdout=asyncio.subprocess.DEVNULL):
                async with asyncio.timeout(PATIENCE):
                    while not socket.exists():
                        await asyncio.sleep(0.02)
                for name in names:
                    assert (await relay.ran("ssh-add", str(held / name))).status == 0
                done = await relay.ran("ssh", "-F", str(held / "config"), *words, "status")
            assert done.status == 0 and "selling" in done.out, done

    run(body())


@pytest.mark.slow
def test_putty_comes_in_by_the_pages_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By other hands than OpenSSH's: its keys, certificates and jump."""
    for tool in ("puttygen", "plink"):
        need(shutil.which(tool) is not None, tool, "apt install putty-tools")

    async def body() -> None:
        async with open_line(tmp_path, monkeypatch) as (_, relay, door):
            relay.sign(await door.code())
            (enrolled,) = support_relay.terminals(relay.folder)
            relays = await print_of(relay.folder / "ssh_host_ed25519_key.pub")
            terminals = await print_of(relay.terminal / "support-host-key.pub")
            here = {
                r"~/\.ssh/id_ed25519": str(relay.key), r"relay\.example\.org": "127.0.0.1",
                # PuTTY asks its user about keys that it does not know: here he has compared them.
                r"-P 22001\b": f"-batch -hostkey {terminals} -P {enrolled.port}",
                r"-P 2200\b": f"-batch -hostkey {relays} -P {relay.port}",
            }  # fmt: skip
            *make, go = PUTTY.findall(PAGE.read_text())
            assert len(make) == 2
            for line in (*make, f"{go} status"):
                typed = line
                for documented, found in here.items():
                    typed = re.sub(documented, found, typed)
                done = await ran("sh", "-c", f"cd {tmp_path} && {typed}")
                assert done.status == 0, (typed, done)
            assert "selling" in done.out

    run(body())


async def print_of(public: Path) -> str:
    """A key's fingerprint."""
    return (await ran("ssh-keygen", "-l", "-f", str(public))).out.split()[1]
