"""The till's end: asks the process that holds the token, and never waits for long.

A request and its answer are a line of JSON each. What is wrong ends the process, and the next call
starts another: so a token that was pulled out and put back is found again.
"""

import json
import os
import select
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from threading import Lock

from pos_terminal.crypto.token import TokenDown, TokenKey
from pos_terminal.domain.language import labelled, say

CREDENTIALS = "CREDENTIALS_DIRECTORY"
"""Where systemd puts what the unit's LoadCredential= names (systemd.exec(5))."""

START = 10.0
"""Seconds until the token is there: the library is loaded, and a TPM unseals its store."""

DYING = 1.0
"""Seconds for a process that was killed to be gone. One that a driver holds in the kernel goes only
once its device answers, however it is killed.
"""

LONGEST = 1 << 16
"""Bytes of an answer."""

WORKER = (sys.executable, "-I", "-m", "pos_plugin_pkcs11.worker")


class Pkcs11Token:
    """A token, by the process that holds it. Safe from any thread: one call at a time."""

    def __init__(self, module: str, label: str, pin: str, patience: float) -> None:
        self._module = module
        self._label = label
        self._pin = pin
        self._patience = patience
        self._one = Lock()
        self._worker: subprocess.Popen[bytes] | None = None
        self._refused = ""
        self._dying: subprocess.Popen[bytes] | None = None

    def make(self) -> TokenKey:
        """A new key pair, made in the token and never extractable by what it says itself."""
        with self._one:
            # Some tokens take long to make a key, and it is asked for once in a token's life.
            answer = self._ask({"do": "make"}, max(START, self._patience))
        return TokenKey(bytes.fromhex(answer["public"]), answer["origin"])

    def sign(self, public: bytes, digest: bytes) -> bytes:
        """The signature, DER."""
        request = {"do": "sign", "public": public.hex(), "digest": digest.hex()}
        with self._one:
            return bytes.fromhex(self._ask(request, self._patience)["signature"])

    def release(self) -> None:
        """End the process."""
        with self._one:
            self._end()

    def _ask(self, request: dict[str, str], patience: float) -> dict[str, str]:
        if self._worker is None:
            self._start()
        return self._exchange(request, patience)

    def _start(self) -> None:
        # A token counts wrong PINs and locks itself after a few: the till asks every two seconds.
        if self._refused:
            raise TokenDown(self._refused)
        # Another would only hang beside it, and one more at each attempt.
        if self._dying and self._dying.poll() is None:
            label = self._label
            raise TokenDown(
                say("jeton {label} : son processus ne s'arrête pas ; le débrancher", label=label)
            )
        self._dying = None
        if not find_spec("pkcs11"):
            raise TokenDown(
                say("la bibliothèque python-pkcs11 manque : pip install python-pkcs11")
            )
        try:
            pin = _read_pin(self._pin)
            self._worker = subprocess.Popen(WORKER, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        except OSError as error:
            raise TokenDown(str(error)) from error
        # By the pipe: arguments and environment of a process are there for others to read.
        opening = {"do": "open", "module": self._module, "token": self._label, "pin": pin}
        self._exchange(opening, START)

    def _exchange(self, request: dict[str, str], patience: float) -> dict[str, str]:
        worker = self._worker
        assert worker and worker.stdin and worker.stdout
        try:
            worker.stdin.write(json.dumps(request).encode() + b"\n")
            worker.stdin.flush()
            answer = json.loads(_line(worker.stdout.fileno(), patience))
        except (OSError, ValueError) as error:  # a TimeoutError is an OSError
            self._end()
            raise TokenDown(
                labelled(say("jeton {label}", label=self._label), error or say("pas de réponse"))
            ) from error
        if "error" in answer:
            self._end()
            detail = labelled(say("jeton {label}", label=self._label), answer["error"])
            if answer.get("pin"):
                self._refused = detail
            raise TokenDown(detail)
        found: dict[str, str] = answer
        return found

    def _end(self) -> None:
        worker, self._worker = self._worker, None
        if worker and worker.stdin and worker.stdout:
            # It may hang in the token's library, where no other signal is heard.
            worker.kill()
            try:
                worker.wait(DYING)
            except subprocess.TimeoutExpired:
                self._dying = worker
            worker.stdout.close()
            try:
                worker.stdin.close()
            except BrokenPipeError:  # what was not read yet
                return


def _line(fd: int, patience: float) -> bytes:
    """A line from there, within so many seconds; TimeoutError, or OSError at its end."""
    line, end = b"", time.monotonic() + patience
    while not line.endswith(b"\n"):
        left = end - time.monotonic()
        if left <= 0 or not select.select([fd], [], [], left)[0]:
            raise TimeoutError(say("pas de réponse en {patience:g} s", patience=patience))
        more = os.read(fd, LONGEST)
        if not more or len(line) > LONGEST:
            raise ConnectionResetError(say("le processus du jeton s'est arrêté"))
        line += more
    return line


def _read_pin(named: str) -> str:
    """The PIN from a credential of the unit, or from a file that others cannot read; OSError."""
    folder = os.environ.get(CREDENTIALS)
    path = Path(named)
    if not path.is_absolute():
        if folder is None:
            raise FileNotFoundError(
                say("pas de code : LoadCredential={named}:FICHIER manque", named=named)
            )
        return (Path(folder) / named).read_text().rstrip("\r\n")
    if path.stat().st_mode & 0o077:
        raise PermissionError(say("{path} : d'autres peuvent le lire (chmod 600)", path=path))
    return path.read_text().rstrip("\r\n")
