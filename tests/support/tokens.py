"""Tokens to sign with: SoftHSM, and a software TPM behind tpm2-pkcs11, each in its own place."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pos_plugin_pkcs11.token import Pkcs11Token
from tests.needs import need

PIN, SO_PIN, LABEL = "4711", "08154711", "caisse"
SOFTHSM = Path("/usr/lib/softhsm/libsofthsm2.so")
PATIENCE = 10.0


@dataclass(frozen=True)
class Device:
    """A token in its place: `module` is its library, `pin` the file with its PIN."""

    folder: Path
    module: Path
    pin: Path

    def token(self, patience: float = PATIENCE) -> Pkcs11Token:
        return Pkcs11Token(str(self.module), LABEL, str(self.pin), patience)

    def settings(self, patience: float = PATIENCE) -> str:
        """The plugin's table of the configuration, and that keys are made there."""
        return (
            f'\n[journal]\nsigner = "pkcs11"\n[plugin.pkcs11]\nmodule = "{self.module}"\n'
            f'token = "{LABEL}"\npin = "{self.pin}"\npatience = {patience}\n'
        )

    def pull_out(self) -> None:
        """SoftHSM's token is a folder: without it there is none."""
        (self.folder / "tokens").rename(self.folder / "pulled")

    def put_back(self) -> None:
        (self.folder / "pulled").rename(self.folder / "tokens")


def _device(folder: Path, module: Path) -> Device:
    pin = folder / "pin"
    pin.write_text(f"{PIN}\n")
    pin.chmod(0o600)
    return Device(folder, module, pin)


@contextmanager
def _environment(**values: str) -> Iterator[None]:
    """What the makers' libraries are told by: they have no other way."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def softhsm(folder: Path) -> Iterator[Device]:
    """A token of SoftHSM's."""
    need(SOFTHSM.exists(), str(SOFTHSM), "apt-get install softhsm2")
    (folder / "tokens").mkdir(parents=True)
    settings = folder / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {folder}/tokens\nlog.level = ERROR\n")
    with _environment(SOFTHSM2_CONF=str(settings)):
        pins = ["--label", LABEL, "--pin", PIN, "--so-pin", SO_PIN]
        _run("softhsm2-util", "--init-token", "--free", *pins)
        yield _device(folder, SOFTHSM)


@contextmanager
def software_tpm(folder: Path) -> Iterator[Device]:
    """A token of tpm2-pkcs11's in a TPM that swtpm plays, on a socket in that folder."""
    module = next(Path("/usr/lib").glob("*/libtpm2_pkcs11.so.1"), None)
    need(module is not None, "tpm2-pkcs11", "apt-get install libtpm2-pkcs11-1")
    for tool, package in {"swtpm": "swtpm", "pkcs11-tool": "opensc"}.items():
        need(bool(shutil.which(tool)), tool, f"apt-get install {package}")
    need(bool(shutil.which("tpm2_flushcontext")), "tpm2_flushcontext", "apt-get install tpm2-tools")
    assert module
    for name in ("tpm", "store"):
        (folder / name).mkdir(parents=True)
    socket = folder / "tpm" / "s"
    # Its library looks for the control channel beside the other one, under this name.
    run = subprocess.Popen(
        ["swtpm", "socket", "--tpm2", "--tpmstate", f"dir={folder}/tpm", "--ctrl",
         f"type=unixio,path={socket}.ctrl", "--server", f"type=unixio,path={socket}",
         "--flags", "not-need-init,startup-clear"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    where = f"swtpm:path={socket}"
    try:
        while not socket.exists():
            assert run.poll() is None, "swtpm ended"
            time.sleep(0.01)
        with _environment(
            TPM2_PKCS11_TCTI=where, TPM2TOOLS_TCTI=where, TPM2_PKCS11_STORE=f"{folder}/store"
        ):
            ask = ["pkcs11-tool", "--module", str(module)]
            _run(*ask, "--slot-index", "0", "--init-token", "--label", LABEL, "--so-pin", SO_PIN)
            login = ["--login", "--login-type", "so", "--so-pin", SO_PIN]
            _run(*ask, "--token-label", LABEL, *login, "--init-pin", "--new-pin", PIN)
            yield _device(folder, module)
    finally:
        run.kill()
        run.wait()


def flush() -> None:
    """Forget what programs left in the TPM that were killed: a kernel's /dev/tpmrm0 does so."""
    for kind in ("-t", "-l", "-s"):
        _run("tpm2_flushcontext", kind)


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
