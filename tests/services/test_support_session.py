"""A supporter with stock OpenSSH, a relay of stock OpenSSH, and a till that lets him in."""

import asyncio
import json
import time
from contextlib import AsyncExitStack
from hashlib import sha256
from pathlib import Path

import apsw
import pytest

from pos_terminal.__main__ import main
from pos_terminal.commands import support_relay
from pos_terminal.domain.events.grants import (
    GrantEnded,
    SupportClosed,
    SupportCommanded,
    SupportOpened,
    SupportRefused,
)
from pos_terminal.domain.staff.support import principal
from pos_terminal.testing.running import PATIENCE, run
from tests.support.printed import papers
from tests.support.process import child
from tests.support.relay import Signing, made, running, short
from tests.support.shop import Shop, wired
from tests.support.shop_staff import signed_on
from tests.support.supporter import does, inside, reads, types
from tests.support.supporting import FIRM, Door, consent, open_line, serving_support


def test_a_session_with_a_friendly_shell_its_mirror_and_its_recording(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def body() -> None:
        async with open_line(tmp_path, monkeypatch) as (shop, relay, door):
            relay.sign(await door.code())
            async with inside(relay) as process:
                await does(process, "update\r", "B-168")
                await does(process, "help\r", "watch ")
                await does(process, "dev\t\r", "printer")
                await does(process, "journ\t3\r", "support.commanded")
                await does(process, "help 4970101234567890\r", "\r\n")
                await does(process, "test printer\r", "imprimé")
                await papers(shop, "ESSAI IMPRIMANTE")
                assert process.stdin
                await types(process, "watch\r", "ASSISTANCE")
                await shop.type("1 PLU")
                await reads(process, "TRADITION")
                await types(process, "\x03", "> ")
                await does(process, "watch\r\x03", "")  # at once: before it has begun
                assert "***" not in await does(process, "help\r", "watch")
                assert " support.commanded " in await does(process, "journal 2\r", "\r\n")
                await shop.type("CANCEL")
                process.stdin.write(b"exit\r")
                async with asyncio.timeout(PATIENCE):
                    assert await process.wait() == 0
            (opened,) = await shop.journaled(SupportOpened)
            assert opened.who == "marie" and opened.key.startswith("SHA256:")
            commanded = [each.line for each in await shop.journaled(SupportCommanded, 6)]
            assert commanded[:5] == ["update", "devices", "journal 3", "test printer", "watch"]
            (closed,) = await shop.journaled(SupportClosed)
            paper = await papers(shop, "ASSISTANCE : COMPTE RENDU", "relit le journal")
            assert closed.recording in paper.replace("\n", "").replace(" ", "")
            db = apsw.Connection(str(tmp_path / "agent" / "support.recordings.db"))
            ((digest, cast),) = db.execute("SELECT sha256, cast_v2 FROM recording")
            db.close()
            assert digest == closed.recording == sha256(cast).hexdigest()
            head, *events = map(json.loads, cast.decode().splitlines())
            assert head["version"] == 2 and all(each[1] == "o" for each in events)
            assert "TRADITION" in cast.decode() and "497010" not in cast.decode()
            folder = ["--agent", str(tmp_path / "agent")]
            assert main(["support", "recordings", *folder]) == 0
            assert closed.recording in capsys.readouterr().out
            number = (await shop.journaled(GrantEnded))[0].grant
            assert main(["support", "replay", str(number), "--text", *folder]) == 0
            played = capsys.readouterr().out
            assert "> test printer\n" in played and "TRADITION" in played and "\x1b" not in played
            assert main(["support", "replay", "999", *folder]) == 1

    run(body())


REFUSED = {
    "a shell": ("sh", "-c", "id"),
    "a path": ("/bin/sh",),
    "above the level": ("kick",),
    "a giant paste": ("x" * 4000,),
    "no word": ("test", "nothing"),
    "an open quote": ("journal", "'"),
}


def test_what_a_supporter_cannot_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def body() -> None:
        async with open_line(tmp_path, monkeypatch) as (shop, relay, door):
            relay.sign(await door.code())
            # He stays in meanwhile: a connection of his own is shared by all that he tries.
            sharing = ("-o", f"ControlPath={relay.key}.socket")
            master = (*sharing, "-o", "ControlMaster=yes")
            async with child(
                "ssh", "-tt", "-F", relay.config(), *master, "pos-1-2",
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            ) as process:  # fmt: skip
                await reads(process, "> ")
                for name, words in REFUSED.items():
                    done = await relay.ssh(*words, options=sharing)
                    assert done.status != 0, (name, done)
                    assert "uid=" not in done.out
                sftp = await relay.ssh("-s", "sftp", options=sharing)
                assert sftp.status != 0 and not sftp.out
                # The relay would greet whoever is let through to it.
                through = await relay.ssh(options=(*sharing, "-W", f"127.0.0.1:{relay.port}"))
                assert through.status != 0 and not through.out
                listening = ("-O", "forward", "-R", "127.0.0.1:0:127.0.0.1:1")
                assert (await relay.ssh(options=(*sharing, *listening))).status != 0
                assert shop.bench.printer.pulses == []
                told = [(each.line, each.refused) for each in shop.so_far(SupportCommanded)]
                assert told == [("kick", True), ("test nothing", False)]

    run(body())


@pytest.mark.slow
def test_what_a_supporter_cannot_do_at_the_relay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def body() -> None:
        async with open_line(tmp_path, monkeypatch) as (_, relay, door):
            relay.sign(await door.code())
            there = str(relay.config())
            quiet = ("ssh", "-F", there, "-o", "LogLevel=ERROR", "-o", "ExitOnForwardFailure=yes")
            for name, words in {
                "a shell": ("relay", "id"),
                "another port": ("-W", f"127.0.0.1:{relay.port}", "relay"),
                "a listener": ("-N", "-R", "127.0.0.1:0:127.0.0.1:1", "relay"),
                "another user": ("-l", "pos", "relay", "id"),
            }.items():
                done = await relay.ran(*quiet, *words)
                assert done.status != 0 and "uid=" not in done.out, (name, done)
            stolen = await relay.ran(
                "ssh", "-F", "none", "-i", f"{relay.terminal}/support-key", "-p", str(relay.port),
                "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
                "-o", "ExitOnForwardFailure=yes", "-N", "-R", "127.0.0.1:1:127.0.0.1:1",
                "pos@127.0.0.1",
            )  # fmt: skip
            assert stolen.status != 0, "a terminal's key has its own port listen, and no other"

    run(body())


def tries(other: Path) -> dict[str, Signing]:
    """Certificates that a terminal refuses."""
    return {
        "another till's": {"till": ("1", "3")},
        "another authority's": {"ca": other},
        "an expired one": {"seconds": -30},
    }


@pytest.mark.slow
def test_who_is_not_let_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def body() -> None:
        async with open_line(tmp_path, monkeypatch) as (shop, relay, door):
            relay.sign("2" * 12)
            assert (await relay.ssh("status")).status == 255, "no consent"
            code = await door.code()
            assert code != "2" * 12
            wrong = await relay.ssh("status")
            assert wrong.status != 0 and "O-127" in wrong.err
            other = relay.key.with_name("other_ca")
            support_relay.new_key(other)
            terminal = relay.key.with_name("supporter-terminal-cert.pub")
            relay.sign(code)
            through = relay.key.with_name("supporter-relay-cert.pub").read_text()
            for name, given in tries(other).items():
                relay.sign(code, **given)
                # The relay is passed all the same: what refuses here is the terminal.
                relay.key.with_name("supporter-relay-cert.pub").write_text(through)
                done = await relay.ssh("status")
                assert done.status == 255 and "Permission denied" in done.err, (name, done)
            await shop.shows("HEURE OU CERTIFICAT")
            assert terminal.exists()
            (refused,) = await shop.journaled(SupportRefused)
            assert refused.times == 1
            relay.sign(code)
            async with inside(relay):
                again = await relay.ssh("status")
                assert again.status != 0 and "quelqu'un d'autre" in again.err
            await shop.journaled(SupportClosed)
            assert (await relay.ssh("status")).status == 255, "once"

    run(body())


def test_a_certificate_of_tomorrow_is_said_on_the_display(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a box sees one whose own clock is behind."""

    async def body() -> None:
        async with open_line(tmp_path, monkeypatch) as (shop, relay, door):
            code, begin = await door.code(), int(time.time()) + 86_400
            relay.sign(code)
            facts = f"{principal('1', '2', code)},who=marie,key=x,since={begin},until={2 * begin}"
            made = await relay.ran(
                "ssh-keygen", "-q", "-s", str(relay.ca), "-I", "x", "-n", facts, "-V", "+1d:+2d",
                str(relay.key.with_suffix(".pub")),
            )  # fmt: skip
            assert made.status == 0, made.err
            found = relay.key.with_name(f"{relay.key.name}-cert.pub")
            found.rename(relay.key.with_name(f"{relay.key.name}-terminal-cert.pub"))
            assert (await relay.ssh("status")).status == 255
            await shop.shows("HEURE OU CERTIFICAT")

    run(body())


def test_a_giant_paste_is_bounded_and_the_session_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def body() -> None:
        async with open_line(tmp_path, monkeypatch) as (shop, relay, door):
            relay.sign(await door.code())
            async with inside(relay) as process:
                assert process.stdin
                process.stdin.write(b"A" * 500_000)
                process.stdin.write(b"\r" + b"devices\r" * 2_000)
                # What is typed while a command is done is dropped, and the first was none.
                await reads(process, "pas une commande", "> ")
                await does(process, "incidents\r", "subject")
                assert 0 < len(shop.so_far(SupportCommanded)) < 100

    run(body())


@pytest.mark.parametrize("end", ["key", "certificate", "relay"])
def test_what_ends_a_session_ends_it_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    async def body() -> None:
        async with open_line(tmp_path, monkeypatch) as (shop, relay, door):
            relay.sign(await door.code(), seconds=4 if end == "certificate" else 1800)
            async with inside(relay) as process:
                if end == "key":
                    await shop.type("ASSISTANCE")
                if end == "relay":
                    assert relay.process
                    await relay.stop()
                async with asyncio.timeout(2 * PATIENCE):
                    await process.wait()
            (ended,) = await shop.journaled(GrantEnded)
            wanted = {"key": "ended", "certificate": "returned", "relay": "lost"}
            assert ended.why == wanted[end]
            (closed,) = await shop.journaled(SupportClosed)
            assert len(closed.recording) == 64
            await papers(shop, "ASSISTANCE : COMPTE RENDU")

    run(body())


@pytest.mark.slow
def test_a_relay_that_restarts_before_anybody_has_come_is_dialled_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def body() -> None:
        async with open_line(tmp_path, monkeypatch) as (shop, relay, door):
            relay.sign(await door.code())
            await relay.stop()
            await shop.shows("RELAIS MUET")
            async with running(relay):
                async with asyncio.timeout(2 * PATIENCE):
                    while (done := await relay.ssh("status")).status:
                        await asyncio.sleep(0.5)
                assert "selling" in done.out

    run(body())


def test_a_relay_with_another_key_is_told_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def body() -> None:
        async with open_line(tmp_path, monkeypatch) as (shop, relay, _):
            await relay.stop()
            for suffix in ("", ".pub"):
                (relay.folder / f"{support_relay.HOST_KEY}{suffix}").unlink()
            support_relay.new_key(relay.folder / support_relay.HOST_KEY)
            async with running(relay):
                await consent(shop)
                await shop.shows("RELAIS INCONNU")

    run(body())


@pytest.mark.slow
def test_a_relay_that_plays_the_terminal_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def body() -> None:
        async with open_line(tmp_path, monkeypatch) as (_, relay, door):
            relay.sign(await door.code())
            config = relay.config()
            known = relay.folder / support_relay.KNOWN
            other = relay.key.with_name("other_host")
            support_relay.new_key(other)
            name, *_ = known.read_text().split()
            known.write_text(f"{name} {short(other.with_suffix('.pub'))}\n")
            done = await relay.ran("ssh", "-F", str(config), "pos-1-2", "status")
            assert done.status == 255 and "REMOTE HOST IDENTIFICATION HAS CHANGED" in done.err

    run(body())


@pytest.mark.slow
def test_settings_are_changed_on_trial_behind_a_yes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def change(shop: Shop, process: asyncio.subprocess.Process) -> None:
        await does(process, "config shop\r", "* shop.footer")
        await does(process, "stage devices.scanner.driver nobodys\r", "nobodys")
        assert "ligne" in await does(process, "check\r", "C-101")
        await does(process, "stage -\r", "")
        await does(process, "stage seller.siret 1\r", "siret")
        await does(process, "apply\r", "C-149")
        await does(process, "stage -\r", "")
        await does(process, "stage shop.footer '[\"Au revoir\"]'\r", "Au revoir")
        for answer, said in (("NON", "O-126"), ("OUI", "redémarre")):
            assert process.stdin
            process.stdin.write(b"apply 2\r")
            await shop.shows("OUI = 1", "changer shop.footer")
            await shop.type(answer)
            await reads(process, said, "> ")
        async with asyncio.timeout(PATIENCE):
            while not shop.app.again:
                await asyncio.sleep(0.02)

    async def body() -> None:
        async with AsyncExitStack() as stack:
            relay = await stack.enter_async_context(made())
            monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(relay.terminal))
            await stack.enter_async_context(running(relay))
            start = await stack.enter_async_context(wired(tmp_path / "shop", FIRM))
            # The service and the session outlive the till that they began with.
            async with start() as shop:
                await signed_on(shop)
                serving = serving_support(shop, relay, tmp_path / "agent")
                service = await stack.enter_async_context(serving)
                relay.sign(await Door(shop, service).code("3"))
                process = await stack.enter_async_context(inside(relay))
                await change(shop, process)
            async with start() as shop:
                await shop.shows("ASSISTANCE")
                async with asyncio.timeout(2 * PATIENCE):
                    while "Au revoir" not in await does(process, "config shop.footer\r", ""):
                        await asyncio.sleep(0.2)
                await does(process, "keep\r", "gardés")
                assert not shop.app.changes.trial
                assert process.stdin
                process.stdin.write(b"exit\r")
                (closed,) = await shop.journaled(SupportClosed)
                assert len(closed.recording) == 64
                await papers(shop, "ASSISTANCE : COMPTE RENDU", "garde les réglages")

    run(body())
