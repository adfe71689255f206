"""A flashed box has its agent's secrets from the first partition, and needs none."""

import shutil
from pathlib import Path

import pytest

from image import tree
from pos_terminal.testing.running import run
from tests.systemd.container import Container, booted
from tests.systemd.package_parts import TREES, needs_container
from tests.systemd.readme import ROOT

UNITS = "etc/systemd/system"
AGENT, TILL, COMMISSION = "pos-terminal-agent", "pos-terminal", "pos-commission"

SECRET = "/boot/config/secrets/support-key"

LOOKS = """\
[Service]
Type=oneshot
Restart=no
WatchdogSec=0
ExecStart=
ExecStart=/bin/sh -c 'grep -r . "$CREDENTIALS_DIRECTORY" >/var/lib/pos-terminal-agent/seen || true'
ExecStart=/bin/sh -c '! cat /boot/config/secrets/* && ! cat /etc/pos-terminal/terminal.toml'
"""
"""What is tried in the agent's place: its secrets are there for it, and nothing else of them is."""


BLIND = """\
[Unit]
ConditionPathExists=
[Service]
Type=oneshot
Restart=no
WatchdogSec=0
ExecStart=
ExecStart=/bin/sh -c 'cat /etc/pos-terminal/terminal.toml && ! cat {secret}'
"""
"""What is tried in the place of what runs as the till's user, which owns all of that partition."""


@pytest.mark.slow
def test_the_agents_secrets_lie_on_the_first_partition(tmp_path: Path) -> None:
    needs_container("trixie")
    shared = tmp_path / "shared"
    shutil.copytree(tree.OVERLAY / UNITS, shared / "units")
    for name in (AGENT, TILL):
        shutil.copy(ROOT / "systemd" / f"{name}.service", shared / "units")
    shutil.copy(ROOT / "image/usr/lib/sysusers.d/pos-terminal.conf", shared)
    for name, looks in {AGENT: LOOKS, TILL: BLIND, COMMISSION: BLIND}.items():
        folder = shared / "units" / f"{name}.service.d"
        folder.mkdir(exist_ok=True)
        (folder / "zz-looks.conf").write_text(looks.format(secret=SECRET))

    async def body() -> None:
        async with booted(
            TREES / "trixie", "caisse", f"--bind-ro={shared}:/srv", "--private-network"
        ) as box:
            await laid_out(box)
            await box.sh("systemctl start pos-terminal-agent")
            assert await box.sh("cat /var/lib/pos-terminal-agent/seen") == ""
            await box.sh("mkdir -m 750 secrets && echo geheim >secrets/support-key", "/boot/config")
            await box.sh("chmod 640 secrets/* && chgrp -R pos .", "/boot/config")
            await box.sh("systemctl start pos-terminal-agent")
            seen = await box.sh("cat /var/lib/pos-terminal-agent/seen")
            assert "support-key" in seen and "geheim" in seen
            assert await box.sh(f"runuser -u pos -- cat {SECRET}") == "geheim", "but for its unit"
            for unit in (TILL, COMMISSION):
                await box.sh(f"systemctl start {unit}")

    run(body())


async def laid_out(box: Container) -> None:
    """As the image lays it out, but for the program."""
    await box.sh(f"""\
mkdir -p /boot/config
cp -r /srv/units/* /{UNITS}
systemd-sysusers /srv/pos-terminal.conf
rm -rf /etc/credstore /etc/pos-terminal
touch /boot/config/terminal.toml
systemctl daemon-reload
""")
    for name in ("etc/pos-terminal", "etc/credstore"):
        await box.sh(f"ln -s {tree.LINKS[name]} /{name}")
