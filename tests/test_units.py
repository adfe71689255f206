"""The systemd units, the image's pieces and the device names, as systemd's own tools judge them."""

import configparser
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.needs import need
from tests.support.media import on_disk

ROOT = Path(__file__).parent.parent
UNITS = [ROOT / "systemd" / f"{name}.service" for name in ("pos-terminal", "pos-terminal-agent")]
TILL, AGENT = UNITS
ROOTS = {
    ROOT / "systemd" / f"pos-terminal-{name}.service": threshold
    for name, threshold in (
        *(("update", 20), ("confirm", 23), ("stick", 20)),
        *(("network", 10), ("leave", 10)),
    )
}  # of a flashed box; systemd/README.md says why one is above 2.0
WATCH = ROOT / "systemd" / "pos-terminal-watch.service"  # on a technician's machine
each_unit = pytest.mark.parametrize("file", UNITS, ids=lambda file: file.stem)
RULES = ROOT / "systemd"
SYSUSERS = ROOT / "image" / "usr" / "lib" / "sysusers.d" / "pos-terminal.conf"
TMPFILES = ROOT / "image" / "usr" / "lib" / "tmpfiles.d" / "pos-terminal.conf"


def tool(name: str, package: str) -> None:
    need(shutil.which(name) is not None, name, f"sudo apt-get install {package}")


def unit(file: Path) -> configparser.RawConfigParser:
    """The unit's settings; the last one of a name stands for a list, which is enough here."""
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(file)
    return parser


@pytest.mark.parametrize("file", [*UNITS, WATCH, *ROOTS], ids=lambda file: file.stem)
def test_systemd_accepts_the_unit(tmp_path: Path, file: Path) -> None:
    tool("systemd-analyze", "systemd")
    command = unit(file)["Service"]["ExecStart"].split()[0]
    program = tmp_path / command.lstrip("/")
    program.parent.mkdir(parents=True)
    shutil.copy("/bin/true", program)
    (tmp_path / "usr/lib/systemd").mkdir(parents=True)
    shutil.copytree("/usr/lib/systemd/system", tmp_path / "usr/lib/systemd/system", symlinks=True)
    (tmp_path / "etc/systemd/system").mkdir(parents=True)
    shutil.copy(file, tmp_path / "etc/systemd/system")
    verify = ["systemd-analyze", "verify", "--man=no", f"--root={tmp_path}", file.name]
    result = subprocess.run(verify, capture_output=True, text=True, check=False)
    about_us = [line for line in result.stderr.splitlines() if file.name in line]
    assert (result.returncode, about_us) == (0, [])


@pytest.mark.parametrize("file", [*UNITS, WATCH, *ROOTS], ids=lambda file: file.stem)
def test_the_unit_exposes_little(file: Path) -> None:
    """`security` says 1.8, 1.5 and 1.5 of 10; its exit status tells whether that is kept."""
    tool("systemd-analyze", "systemd")
    security = ["systemd-analyze", "security", "--offline=yes", "--no-pager"]
    most = f"--threshold={ROOTS.get(file, 20)}"
    subprocess.run([*security, most, str(file)], capture_output=True, check=True)


@each_unit
def test_the_unit_restarts_a_hung_or_dead_program(file: Path) -> None:
    service = unit(file)["Service"]
    assert (service["Type"], service["Restart"]) == ("notify", "always")
    assert int(service["WatchdogSec"]) <= (20 if file == TILL else 60)
    assert unit(file)["Unit"]["StartLimitIntervalSec"] == "0"


@each_unit
def test_the_user_and_folder_are_the_units_own(file: Path) -> None:
    service = unit(file)["Service"]
    state = f"/var/lib/{service['StateDirectory']}"
    assert re.search(rf"^u {service['User']} \d+\S* .* {state}$", SYSUSERS.read_text(), re.M)
    folder = f"d {state} {service['StateDirectoryMode']} {service['User']} {service['Group']} -"
    assert folder in TMPFILES.read_text()
    assert f"--state {state}" in service["ExecStart"]


def test_the_agent_is_in_the_sockets_group_and_knows_nothing_else_of_the_till() -> None:
    service, whole = unit(AGENT)["Service"], AGENT.read_text()
    assert service["Group"] == "pos-link" and "SupplementaryGroups" not in service
    assert f"u {service['User']} 902:{service['Group']} " in SYSUSERS.read_text()
    assert f"-/var/lib/{unit(TILL)['Service']['StateDirectory']}" in service["InaccessiblePaths"]
    assert not re.search(r"^(Requires|BindsTo|PartOf|After)=", whole, re.M)


@each_unit
def test_the_program_takes_the_units_options(file: Path) -> None:
    _, *words = unit(file)["Service"]["ExecStart"].split()
    command = [word for word in words[:1] if not word.startswith("-")]
    usage = [sys.executable, "-m", "pos_terminal", *command, "--help"]
    text = subprocess.run(usage, capture_output=True, text=True, check=True).stdout
    assert [word for word in words if word.startswith("--") and word not in text] == []


USB = "/devices/pci0000:00/0000:00:14.0/usb1/1-2"
# What a keyboard's input device says of its keys, in the words of 64 bits that sysfs shows.
KEYS = "1000000000007 ff800000000007ff febeffdff3cfffff fffffffffffffffe"


def plugged(vendor: str, model: str, kind: str) -> tuple[str, str]:
    """A USB device as umockdev describes it, and the path of its device node's entry in /sys."""
    usb = (
        f"P: {USB}\nE: DEVTYPE=usb_device\nE: SUBSYSTEM=usb\n"
        f"A: idVendor={vendor}\\n\nA: idProduct={model}\\n\n\n"
        f"P: {USB}/1-2:1.0\nE: DEVTYPE=usb_interface\nE: SUBSYSTEM=usb\n"
        "A: bInterfaceNumber=00\\n\nA: bInterfaceClass=03\\n\n\n"
    )
    if kind == "keyboard":
        keyboard = f"{USB}/1-2:1.0/input/input9"
        usb += (
            f"P: {keyboard}\nE: SUBSYSTEM=input\nE: EV=120013\nE: KEY={KEYS}\n"
            f"A: capabilities/ev=120013\\n\nA: capabilities/key={KEYS}\\n\n"
            "A: capabilities/rel=0\\n\nA: capabilities/abs=0\\n\n\n"
        )
        path, node, subsystem = f"{keyboard}/event3", "input/event3", "input"
    elif kind == "serial":
        path, node, subsystem = f"{USB}/1-2:1.0/ttyUSB0/tty/ttyUSB0", "ttyUSB0", "tty"
    else:
        path, node, subsystem = f"{USB}/1-2:1.0/usbmisc/lp0", "usb/lp0", "usbmisc"
    usb += f"P: {path}\nN: {node}\nE: SUBSYSTEM={subsystem}\n"
    usb += f"E: DEVNAME=/dev/{node}\nE: MAJOR=1\nE: MINOR=1\n"
    return usb, f"/sys{path}"


# udevadm makes the links for real: so it runs where /run and /dev are scratch.
IN_SCRATCH = """
mount -t tmpfs tmpfs /run && mkdir -p /run/udev/rules.d /run/dev
cp "$1"/*.rules /run/udev/rules.d/
mount --rbind /dev /run/dev && mount -t tmpfs tmpfs /dev && mkdir /dev/pts
mount -t devpts -o newinstance,ptmxmode=0666 devpts /dev/pts && ln -s pts/ptmx /dev/ptmx
for node in null zero full random urandom; do
    touch "/dev/$node" && mount --bind "/run/dev/$node" "/dev/$node"
done
exec umockdev-run -d "$2" -- udevadm test --action=add "$3" 2>&1
"""


@pytest.mark.parametrize(
    ("vendor", "model", "kind", "name"),
    [
        ("05e0", "1200", "keyboard", "scanner"),
        ("0c2e", "0b61", "serial", "serial-scanner"),
        ("0eb8", "2200", "serial", "scale"),
        ("0416", "f011", "serial", "display"),
        ("04b8", "0e15", "printer", "printer"),
        ("1a2c", "0e24", "keyboard", None),
        ("0403", "6001", "serial", None),
    ],
)
def test_a_plugged_device_gets_its_name_and_is_left_to_the_till(
    vendor: str, model: str, kind: str, name: str | None
) -> None:
    tool("umockdev-run", "umockdev")
    tool("udevadm", "udev")
    description, device = plugged(vendor, model, kind)
    scratch = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    with on_disk() as folder:  # umockdev has a /dev of its own
        (folder / "device.umockdev").write_text(description)
        result = subprocess.run(
            [*scratch, "sh", "-ec", IN_SCRATCH, "sh", RULES, folder / "device.umockdev", device],
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
    assert result.returncode == 0, result.stdout + result.stderr
    links = set(re.findall(r"/dev/pos/(\S+)", result.stdout.partition("DEVPATH=")[2]))
    assert links == ({name} if name else set())
    assert ("ID_MM_DEVICE_IGNORE=1" in result.stdout) == (kind == "serial" and name is not None)


JOURNALD = ROOT / "image" / "usr" / "lib" / "systemd" / "journald.conf.d" / "pos-terminal.conf"
DAEMON = Path("/usr/lib/systemd/systemd-journald")


def test_the_log_is_kept_and_bounded() -> None:
    """In size, age and lines an hour; journald itself knows each name, or it would pass it over."""
    given = dict(unit(JOURNALD)["Journal"])
    bounds = {"SystemMaxUse", "SystemKeepFree", "MaxRetentionSec", "RateLimitBurst"}
    assert given["Storage"] == "persistent" and bounds <= set(given)
    need(DAEMON.exists(), str(DAEMON), "sudo apt-get install systemd")
    known = DAEMON.read_bytes()
    assert [name for name in given if f"Journal.{name}\0".encode() not in known] == []
