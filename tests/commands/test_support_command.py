"""`pos-terminal support`: a folder that sshd takes, certificates that say what they must."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from pos_terminal.__main__ import main
from tests.needs import need
from tests.support.house import ROOT
from tests.support.relay import SSHD, short


@pytest.fixture
def relay(tmp_path: Path) -> Path:
    need(Path(SSHD).exists(), "sshd", "apt install openssh-server")
    ca = tmp_path / "ca"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(ca)], check=True)
    folder = tmp_path / "relay"
    assert main(["support", "relay-init", "--out", str(folder), "--ca", f"{ca}.pub"]) == 0
    return folder


def enrol(relay: Path, terminal: str) -> int:
    keys = relay.with_name(f"keys-{terminal}")
    assert main(["support", "keys", "--out", str(keys)]) == 0
    given = ["--key", f"{keys}/support-key.pub", "--host-key", f"{keys}/support-host-key.pub"]
    return main(["support", "enrol", "--relay", str(relay), "--terminal", terminal, *given])


def test_a_relays_folder_passes_sshd_and_has_no_private_key_but_its_own(relay: Path) -> None:
    tried = subprocess.run(
        [SSHD, "-t", "-f", str(relay / "sshd_config")], capture_output=True, text=True, check=False
    )
    # A config that is right names a folder that only a running sshd has (/run/sshd).
    assert "separation directory" in tried.stderr or tried.returncode == 0, tried.stderr
    private = [each.name for each in relay.iterdir() if b"PRIVATE KEY" in each.read_bytes()]
    assert private == ["ssh_host_ed25519_key"]
    ca = relay.with_name("ca").read_bytes()
    assert not any(ca == each.read_bytes() for each in relay.iterdir())


def test_whoever_made_the_folder_sshd_can_read_it_and_a_unit_runs_it(tmp_path: Path) -> None:
    ca = tmp_path / "ca"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(ca)], check=True)
    folder = tmp_path / "relay"
    before = os.umask(0o077)
    try:
        assert main(["support", "relay-init", "--out", str(folder), "--ca", f"{ca}.pub"]) == 0
    finally:
        os.umask(before)
    modes = {each.name: each.stat().st_mode & 0o777 for each in folder.iterdir()}
    assert modes.pop("ssh_host_ed25519_key") == 0o600 and set(modes.values()) == {0o644}
    need(shutil.which("systemd-analyze") is not None, "systemd-analyze", "apt install systemd")
    unit = folder / "pos-relay.service"
    said = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(unit)],
        capture_output=True, text=True, check=False,
    ).stderr  # fmt: skip
    assert [line for line in said.splitlines() if "pos-relay" in line] == []


def test_a_terminals_keys_need_no_openssh_on_it_and_are_made_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OpenSSH, which the box lacks, reads them; another making leaves them as they are."""
    need(shutil.which("ssh-keygen") is not None, "ssh-keygen", "apt install openssh-client")
    keys = tmp_path / "keys"
    with monkeypatch.context() as box:
        box.setenv("PATH", str(tmp_path))
        assert main(["support", "keys", "--out", str(keys)]) == 0
    made = {each: (keys / each).read_bytes() for each in ("support-key", "support-host-key")}
    for name in made:
        assert (keys / name).stat().st_mode & 0o777 == 0o600
        said = subprocess.run(
            ["ssh-keygen", "-y", "-f", keys / name], capture_output=True, text=True, check=True
        ).stdout
        assert said == (keys / f"{name}.pub").read_text() and said.split()[2] == name
    assert main(["support", "keys", "--out", str(keys)]) == 1
    assert {each: (keys / each).read_bytes() for each in made} == made


def test_each_terminal_has_one_port_of_its_own(
    relay: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert [enrol(relay, "1"), enrol(relay, "2")] == [0, 0]
    told = capsys.readouterr().out
    assert short(relay / "ssh_host_ed25519_key.pub") in told
    listens = re.findall(r'restrict,port-forwarding,permitlisten="127\.0\.0\.1:(\d+)"',
                         (relay / "terminals").read_text())  # fmt: skip
    opens = re.findall(r'permitopen="127\.0\.0\.1:(\d+)" relay-pos-1-(\d)',
                       (relay / "supporters").read_text())  # fmt: skip
    assert listens == ["22001", "22002"] and opens == [("22001", "1"), ("22002", "2")]
    again = relay.with_name("keys-1")
    given = ["--key", f"{again}/support-key.pub", "--host-key", f"{again}/support-host-key.pub"]
    assert main(["support", "enrol", "--relay", str(relay), *given]) == 1


def test_the_relays_certificate_has_no_code(relay: Path) -> None:
    key = relay.with_name("marie")
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    words = ["--ca", str(relay.with_name("ca")), "--code", "k7qm-3xzp-9trd", "--who", "marie"]
    assert main(["support", "sign", *words, f"{key}.pub"]) == 0
    listed = {
        what: subprocess.run(
            ["ssh-keygen", "-L", "-f", f"{key}-{what}-cert.pub"],
            capture_output=True, text=True, check=True,
        ).stdout
        for what in ("relay", "terminal")
    }  # fmt: skip
    code = re.search(r"pos-1-1:([0-9a-f]{32})", listed["terminal"])
    assert code and code[1] not in listed["relay"] and "relay-pos-1-1" in listed["relay"]
    assert "permit-port-forwarding" in listed["relay"] and "permit-pty" not in listed["relay"]
    assert "permit-pty" in listed["terminal"] and "forwarding" not in listed["terminal"]


def test_a_relays_port_is_said_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """To whoever makes it: terminal and supporter are told it from there."""
    ca = tmp_path / "ca"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(ca)], check=True)
    relay, config = tmp_path / "relay", tmp_path / "config"
    made = ["--out", str(relay), "--ca", f"{ca}.pub", "--port", "2300"]
    assert main(["support", "relay-init", *made]) == 0
    assert enrol(relay, "1") == 0
    assert "relay_port = 2300\n" in capsys.readouterr().out
    to = ["--relay", str(relay), "--host", "relay.example.org", "--key", f"{ca}"]
    assert main(["support", "connect", *to, "--write", str(config)]) == 0
    assert "HostName relay.example.org\n  Port 2300\n" in config.read_text()


@pytest.mark.parametrize("code", ["", "K7QM", "OOOO-0000-1111"])
def test_a_code_that_is_none_is_refused(relay: Path, code: str) -> None:
    words = ["--ca", str(relay.with_name("ca")), "--code", code, "--who", "marie"]
    assert main(["support", "sign", *words, f"{relay.with_name('ca')}.pub"]) == 1


def test_each_row_of_what_support_can_do_has_its_test() -> None:
    page = (ROOT / "docs" / "support-security.md").read_text()
    rows = [row for row in re.findall(r"^\| (?!he tries|it tries|---)(.*) \|$", page, re.M)]
    assert len(rows) > 20
    for row in rows:
        cells = row.split(" | ")
        named = re.findall(r"`(test_\w+)`(?: \(`([^`]+)`\))?", cells[-1])
        assert named, row
        for name, place in named:
            file = ROOT / (place or "tests/services/test_support_session.py")
            again = [ROOT / each for _, each in named if each]
            assert any(f"def {name}(" in each.read_text() for each in (file, *again)), (name, row)
