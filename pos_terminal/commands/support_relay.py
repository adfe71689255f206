"""The folder of a support relay: stock OpenSSH, told in files what terminals and supporters may do.

A terminal may have one port listen on the relay's loopback, its own. A supporter may connect to the
ports of terminals that his certificate for the relay names, for as long as that holds. Nobody has a
shell, a file or another forwarding there. The authority's key is never in this folder, and neither
is a code nor its hash: both stand in a certificate that the terminal alone is shown.
"""

import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

from pos_terminal.crypto.openssh import new_pair
from pos_terminal.domain import faults
from pos_terminal.domain.faults import Failure
from pos_terminal.domain.language import labelled, say
from pos_terminal.domain.staff.support import principal
from pos_terminal.storage.files import write_durably

CONFIG, UNIT, HOST_KEY = "sshd_config", "pos-relay.service", "ssh_host_ed25519_key"
TERMINALS, SUPPORTERS, KNOWN = "terminals", "supporters", "known_hosts"
CA = "support_ca.pub"
POS, SUPPORT = "pos", "support"
"""The relay's two users: whose terminals, and whose supporters, log in."""

FIRST_PORT = 22001

EARLIER = 600
"""Seconds before now from which a certificate holds: a box's clock may be a little slow."""

TEXT = """\
# A support relay: `pos-terminal support relay-init` wrote this (docs/plugins/support.md).
# Check it with `sshd -t -f {folder}/sshd_config`.
Port {port}
{addresses}HostKey {folder}/ssh_host_ed25519_key
PidFile {folder}/relay.pid
UsePAM no
PermitRootLogin no
PubkeyAuthentication yes
PasswordAuthentication no
KbdInteractiveAuthentication no
AllowUsers pos support
AuthorizedKeysFile none
AuthorizedKeysCommand none
StrictModes {strict}
PermitTTY no
PermitUserRC no
PermitTunnel no
X11Forwarding no
AllowAgentForwarding no
AllowStreamLocalForwarding no
AllowTcpForwarding no
GatewayPorts no
ForceCommand /usr/sbin/nologin
# A line that is dead frees its port within seconds: whoever was behind it dials again.
ClientAliveInterval 2
ClientAliveCountMax 3
LoginGraceTime 20
MaxStartups 200:30:1000
MaxAuthTries 4
LogLevel VERBOSE
Match User pos
  AllowTcpForwarding remote
  AuthorizedKeysFile {folder}/terminals
Match User support
  AllowTcpForwarding local
  TrustedUserCAKeys {folder}/support_ca.pub
  AuthorizedPrincipalsFile {folder}/supporters
"""

SERVICE = """\
[Unit]
Description=Relay of the shops' support
Documentation=https://man.openbsd.org/sshd_config
After=network-online.target
Wants=network-online.target

[Service]
# sshd has its empty folder where the machine's own has it too, whose stop would take it away.
TemporaryFileSystem=/run
ExecStart=/bin/sh -c 'mkdir /run/sshd && exec /usr/sbin/sshd -D -e -f {folder}/sshd_config'
ExecReload=/bin/kill -HUP $MAINPID
Restart=always
RestartSec=2

[Install]
WantedBy=multi-user.target
"""
"""What has it run again after a fault, and after the machine's restart."""

_NAME = re.compile(r"[A-Za-z0-9]{1,12}")


class Terminal(NamedTuple):
    """One of the relay's, by its store, number and port there."""

    store: str
    terminal: str
    port: int

    @property
    def name(self) -> str:
        """What it is called in host keys and principals."""
        return f"pos-{self.store}-{self.terminal}"


class Wanted(NamedTuple):
    """A certificate to be signed: what for, for whom, and the one thing that it permits."""

    what: str
    principals: str
    permit: str


def init(folder: Path, ca: Path, port: int, *, local: bool = False) -> None:
    """Make the folder. Failure where it is there, or the authority's file is no public key.

    `local`: it listens on loopback alone, for a trial on one's own machine.
    """
    text = _public(ca)
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise Failure(faults.FILE_UNWRITABLE, f"{folder}: {error.strerror}") from error
    folder = folder.resolve()
    new_key(folder / HOST_KEY)
    addresses = "ListenAddress 127.0.0.1\n" if local else ""
    strict = "no" if local else "yes"
    (folder / CONFIG).write_text(
        TEXT.format(folder=folder, port=port, addresses=addresses, strict=strict)
    )
    (folder / UNIT).write_text(SERVICE.format(folder=folder))
    (folder / CA).write_text(text)
    for name in (TERMINALS, SUPPORTERS, KNOWN):
        (folder / name).touch()
    # sshd reads who may log in as that user, whatever the umask of whoever made the folder.
    folder.chmod(0o755)
    for each in folder.iterdir():
        each.chmod(0o600 if each.name == HOST_KEY else 0o644)


def enrol(
    folder: Path, name: tuple[str, str], key: Path, host_key: Path, listen: int = 0
) -> Terminal:
    """Let a terminal, known by its two public keys, have a port of its own: the next free one."""
    store, terminal = name
    for each in (store, terminal):
        if not _NAME.fullmatch(each):
            raise Failure(faults.BAD_REQUEST, f"{each!r}")
    known = terminals(folder)
    if any((each.store, each.terminal) == (store, terminal) for each in known):
        raise Failure(faults.BAD_REQUEST, say("pos-{store}-{terminal} y est déjà",
                                              store=store, terminal=terminal))
    listen = listen or max([FIRST_PORT - 1, *(each.port for each in known)]) + 1
    made = Terminal(store, terminal, listen)
    rights = f'restrict,port-forwarding,permitlisten="127.0.0.1:{made.port}"'
    _append(folder / TERMINALS, f"{rights} {_public(key).strip()} {made.name}")
    opens = f'restrict,port-forwarding,permitopen="127.0.0.1:{made.port}"'
    _append(folder / SUPPORTERS, f"{opens} relay-{made.name}")
    _append(folder / KNOWN, f"{made.name} {' '.join(_public(host_key).split()[:2])}")
    return made


def port(folder: Path) -> int:
    """Where the relay listens."""
    found = re.search(r"^Port (\d+)$", _read(folder / CONFIG), re.MULTILINE)
    if found is None:
        missing = labelled(str(folder / CONFIG), say("il manque {name}", name="Port"))
        raise Failure(faults.FILE_UNREADABLE, missing)
    return int(found[1])


def terminals(folder: Path) -> list[Terminal]:
    """Those that are enrolled."""
    pattern = re.compile(r'permitlisten="127\.0\.0\.1:(\d+)" .* pos-(\w+)-(\w+)$', re.MULTILINE)
    found = pattern.findall(_read(folder / TERMINALS))
    return [Terminal(store, terminal, int(port)) for port, store, terminal in found]


def sign(
    ca: Path, key: Path, name: tuple[str, str], code: str, *, who: str, seconds: int
) -> tuple[Path, Path]:  # fmt: skip
    """Two certificates for that public key: for the relay, and for the terminal, both short-lived.

    The relay's has neither the code nor its hash. Beside the key, as `KEY-relay-cert.pub` and
    `KEY-terminal-cert.pub`.
    """
    store, terminal = name
    now = int(time.time())
    until = now + seconds
    facts = (
        principal(store, terminal, code), f"who={_plain(who)}", f"key={_fingerprint(key)}",
        f"since={now - EARLIER}", f"until={until}",
    )  # fmt: skip
    relay = Wanted("relay", f"relay-pos-{store}-{terminal}", "port-forwarding")
    door = Wanted("terminal", ",".join(facts), "pty")
    return _signed(ca, key, relay, seconds), _signed(ca, key, door, seconds)


def client_config(
    config: Path, folder: Path, terminal: Terminal, relay: tuple[str, int], key: Path
) -> None:
    """Write what OpenSSH's client needs to go to a terminal through the `relay` at that address.

    The relay's own key is put beside it, as `CONFIG.known_hosts`: the relay's folder is root's.
    """
    host, port = relay
    private = key.with_suffix("") if key.suffix == ".pub" else key
    stem = private.resolve()
    relay_key = " ".join(_public(folder / f"{HOST_KEY}.pub").split()[:2])
    known = config.resolve().with_name(f"{config.name}.known_hosts")
    text = f"""\
Host relay
  HostName {host}
  Port {port}
  User {SUPPORT}
  HostKeyAlias relay
  UserKnownHostsFile {known}
  CertificateFile {stem}-relay-cert.pub
Host {terminal.name}
  HostName 127.0.0.1
  Port {terminal.port}
  User {SUPPORT}
  ProxyJump relay
  HostKeyAlias {terminal.name}
  UserKnownHostsFile {folder.resolve() / KNOWN}
  CertificateFile {stem}-terminal-cert.pub
Host *
  IdentityFile {stem}
  IdentitiesOnly yes
  StrictHostKeyChecking yes
  ServerAliveInterval 2
  ServerAliveCountMax 3
"""
    try:
        known.write_text(f"relay {relay_key}\n")
        config.write_text(text)
    except OSError as error:
        raise Failure(faults.FILE_UNWRITABLE, f"{config}: {error.strerror}") from error


def _signed(ca: Path, key: Path, wanted: Wanted, seconds: int) -> Path:
    """ssh-keygen writes beside the key: what it writes is moved before the next."""
    _ran(
        "ssh-keygen", "-q", "-s", str(ca), "-I", f"{key.stem}-{wanted.what}",
        "-n", wanted.principals,
        "-V", f"-{EARLIER}s:{seconds:+d}s", "-O", "clear", "-O", f"permit-{wanted.permit}",
        str(key),
    )  # fmt: skip
    stem = key.with_suffix("") if key.suffix == ".pub" else key
    made = stem.with_name(f"{stem.name}-cert.pub")
    return made.rename(stem.with_name(f"{stem.name}-{wanted.what}-cert.pub"))


def _fingerprint(key: Path) -> str:
    return _ran("ssh-keygen", "-l", "-f", str(key)).split()[1]


def _plain(who: str) -> str:
    if not re.fullmatch(r"[\w .@-]{1,40}", who):
        raise Failure(faults.BAD_REQUEST, f"{who!r}")
    return who.replace(" ", ".")


def new_key(path: Path) -> None:
    """A key pair: `path`, which its owner alone may read, and `path`.pub beside it.

    Failure where one is there: whoever knows the terminal by it would know it no more.
    """
    private, public = new_pair(path.name)
    try:
        if path.exists():
            raise Failure(faults.FILE_UNWRITABLE, say("{path} y est déjà", path=path))
        path.with_name(f"{path.name}.pub").write_text(public)
        write_durably(path, private.encode(), 0o600)
    except OSError as error:
        raise Failure(faults.FILE_UNWRITABLE, f"{path}: {error.strerror}") from error


def new_keys(folder: Path) -> tuple[Path, Path]:
    """A terminal's two keys, made on it: that of the relay, and that supporters know it by."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Failure(faults.FILE_UNWRITABLE, f"{folder}: {error.strerror}") from error
    found = (folder / "support-key", folder / "support-host-key")
    for path in found:
        new_key(path)
    return found


def _ran(*command: str) -> str:
    if shutil.which(command[0]) is None:
        raise Failure(faults.FILE_UNREADABLE, say("{command} manque : apt install openssh-client",
                                                  command=command[0]))
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    if done.returncode:
        raise Failure(faults.FILE_UNREADABLE, done.stderr.strip()[:200])
    return done.stdout


def _public(path: Path) -> str:
    text = _read(path)
    if not text.startswith(("ssh-", "ecdsa-")) or text.count("\n") > 1:
        raise Failure(faults.FILE_UNREADABLE, say("{path} : pas une clé publique", path=path))
    return text


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(faults.FILE_UNREADABLE, f"{path}: {error}") from error


def _append(path: Path, line: str) -> None:
    with path.open("a") as file:
        file.write(f"{line}\n")
