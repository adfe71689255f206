"""`DIR/signer.down`: since when the signer does not work, kept until a record says so."""

import logging
from pathlib import Path

import msgspec

from pos_terminal.domain.events.system import SignerDown
from pos_terminal.journal.signer import Signer
from pos_terminal.journal.signer import SignerDown as SignerFailed
from pos_terminal.storage.files import sync_directory, write_durably

NAME = "signer.down"

log = logging.getLogger(__name__)

_DECODER = msgspec.json.Decoder(SignerDown)


def note(directory: Path, key: str, detail: str, since: str) -> None:
    """Keep it, durably; the first failure stands. A disk that does not take it is logged.

    `key` is whose signer it is; `since` a local time, or empty where a start found it so.
    """
    path = directory / NAME
    event = SignerDown(signer=key, since=since, detail=detail)
    try:
        # The first failure stands: since when is what an inspector asks.
        if not path.exists():
            write_durably(path, msgspec.json.encode(event) + b"\n")
    except OSError as error:
        # The till stops all the same: it is not sold on, only the reason may be lost.
        log.error("that the signer is down could not be kept in %s: %s", path, error)


def noted(directory: Path) -> SignerDown | None:
    """What was kept; a file that cannot be read says at least that the signer was down."""
    path = directory / NAME
    try:
        return _DECODER.decode(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError) as error:
        # It only waits to be recorded: who cannot read it must not be kept from selling by it.
        return SignerDown(signer="", since="", detail=f"{NAME} illisible : {error}")


def forget(directory: Path) -> None:
    """A record says it now."""
    (directory / NAME).unlink(missing_ok=True)
    sync_directory(directory)


def check(directory: Path, signer: Signer) -> None:
    """Let a signer prove that it works; where it does not, keep that, and raise its SignerDown."""
    try:
        signer.self_check()
    except SignerFailed as error:
        note(directory, signer.public.key, error.detail, "")
        raise
