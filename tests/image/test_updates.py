"""Updates of a flashed box: what is good stays, what is not is left; each time it sells again."""

import shutil
import subprocess
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from image import disk
from pos_terminal.testing.running import run
from pos_terminal.update.book import KEPT, Book
from pos_terminal.update.choice import Choice
from pos_terminal.update.loaders import LOADERS
from tests.image.flashed import WAY_IN, Counter, switched_on
from tests.image.flashed_shop import flashed, sold
from tests.image.publishing import HOST, KEYS, Publisher, told
from tests.needs import need
from tests.support.box_shop import must_verify

pytestmark = pytest.mark.deep  # each starts a whole machine several times, without KVM

AGENT = """
[agent]
services = ["health", "update"]

[service.health]
network = false

[service.update]
url = "{url}"
every = 60
hosts = ["{host}"]
ca = "/etc/rauc/keyring.pem"
"""
NEWS, STATUS = "cat /run/pos-terminal-update/news.json", "pos-terminal update status"
"""What is looked at again and again, without a start of Python's, and what a technician types."""


class Shop:
    """A card and its box, life after life; its shop is served releases from `publisher`."""

    def __init__(self, folder: Path) -> None:
        self.card, self._port = flashed(folder)
        for tool, package in (("rauc", "rauc"), ("mksquashfs", "squashfs-tools")):
            need(shutil.which(tool) is not None, tool, f"apt-get install {package}")
        need((KEYS / "ca.key").exists(), "an image that takes our key", "sudo make test-image")
        self._folder, self._lives = folder, 0
        self.publisher = Publisher(folder / "publisher")
        self.card.write("mise-en-service.txt", f"{datetime.now(UTC):%Y-%m-%d}")
        for slot in (2, 3):
            told(f"{self.card.path}@@{disk.offset(slot)}", r'"\n', f' {WAY_IN}"\n')

    def updates_from(self, url: str) -> None:
        settings = self.card.read("terminal.toml") + AGENT.format(url=url, host=HOST)
        self.card.write("terminal.toml", settings)

    def on(self) -> AbstractAsyncContextManager[Counter]:
        """Switch it on; the power goes at the end of the block."""
        self._lives += 1
        wires = self._folder / f"life{self._lives}"
        wires.mkdir()
        return switched_on(self.card, wires, self._port)

    @property
    def choice(self) -> Choice:
        return LOADERS["grub"].decode(self.card.read("slot.env").encode())

    def book(self) -> Book:
        """What the box remembers, once its journal has been found whole."""
        files = self.card.data(self._folder)
        must_verify(files / "pos-terminal")
        return msgspec.json.decode(
            (files / "pos-terminal-update/book.json").read_bytes(), type=Book
        )


def flip(bundle: Path) -> None:
    """One bit of it is another."""
    content = bytearray(bundle.read_bytes())
    content[len(content) // 2] ^= 1
    bundle.write_bytes(content)


def test_a_good_release_is_installed_tried_and_kept(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    shop.publisher.publish("9.1", WAY_IN)

    async def life() -> None:
        async with shop.on() as counter:
            shell = counter.shell
            await shell.begins()
            await shell.begins()  # nothing was sold: it is installed at once, and tried
            await shell.until(NEWS, '"version":"9.1","slot":"b","settled":true')
            assert "gardée" in await shell.sh(STATUS)
            assert shop.choice == Choice("b")
            await counter.shows("BONJOUR")
            assert "SIMULATION" not in await sold(counter)

    with shop.publisher.serving() as url:
        shop.updates_from(url)
        run(life())
    assert "version 9.1, place b" in shop.card.read("etat.txt")
    attempt = shop.book().attempt
    assert attempt is not None
    assert (attempt.version, attempt.slot, attempt.outcome) == ("9.1", "b", KEPT)


def test_what_is_not_right_is_refused_and_the_box_sells_on(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    publisher = shop.publisher
    foreign = tmp_path / "foreign"
    subprocess.run([KEYS.parents[2] / "tests/image/keys", foreign], check=True)

    async def life() -> None:
        async with shop.on() as counter:
            shell = counter.shell
            await shell.begins()
            await shell.until(NEWS, "B-171")
            flip(publisher.small("9.2"))
            publisher.serve()
            await shell.until(NEWS, "B-174")
            publisher.small("9.3", keys=foreign)
            publisher.again()  # a good manifest for what another has signed
            publisher.serve()
            await shell.until(NEWS, "B-175")
            publisher.small("9.4", "--architecture", "riscv64")
            publisher.serve()
            await shell.until(NEWS, "B-172")
            publisher.small("0.0.1")
            publisher.serve()
            await shell.until(NEWS, "B-173")
            assert "pas installée : B-173" in await shell.sh(STATUS)
            assert shop.choice == Choice("a")
            await counter.shows("BONJOUR")
            assert "SIMULATION" not in await sold(counter)

    publisher.small("9.1", keys=foreign)
    publisher.serve()
    with publisher.serving() as url:
        shop.updates_from(url)
        run(life())
    refused = shop.book().refused
    assert refused is not None and refused.code == "B-173"
