"""The key of the state's vouchers, `keys/vouchers.key`: made once, and never anew in silence."""

import logging
from pathlib import Path

from msgspec import Struct

from pos_terminal.domain import faults
from pos_terminal.domain.codes.vouchers import KEY, VoucherKey
from pos_terminal.domain.events.prepaid import VouchersKeyed
from pos_terminal.domain.faults import Fault
from pos_terminal.storage import secret_file
from pos_terminal.storage.secret_file import SecretError

FOLDER, NAME = "keys", "vouchers.key"

log = logging.getLogger(__name__)


class LoadedKey(Struct, frozen=True):
    """The key, None where it cannot be used; what a start records of it; what is to be told."""

    key: VoucherKey | None
    found: tuple[VouchersKeyed, ...] = ()
    fault: Fault | None = None


def made_anew(state: Path, recorded: str, reason: str = "") -> tuple[VouchersKeyed, ...]:
    """Make another key where the one of the journal is lost for good: somebody decided to go on.

    Vouchers of before are then unknown, unless their key is put back.
    """
    path = state / FOLDER / NAME
    if not recorded or path.exists():
        return ()
    path.parent.mkdir(mode=0o700, exist_ok=True)
    made = VoucherKey(secret_file.make(path, KEY))
    return (VouchersKeyed(key=made.fingerprint, reason=reason),)


def load(state: Path, recorded: str) -> LoadedKey:
    """The key of the state directory; `recorded` is the fingerprint that its journal knows.

    Where the journal knows one, a file that is gone is a finding: a new key would know none of the
    vouchers that are about. Another key in its place was put there by somebody, and counts.
    """
    path = state / FOLDER / NAME
    try:
        fresh = not recorded and not path.exists()
        key = VoucherKey(secret_file.make(path, KEY) if fresh else secret_file.read(path, KEY))
    except (SecretError, OSError) as error:
        log.error("%s %s", faults.VOUCHER_KEY, error)
        return LoadedKey(None, fault=faults.VOUCHER_KEY)
    if key.fingerprint == recorded:
        return LoadedKey(key)
    found = (VouchersKeyed(key=key.fingerprint),)
    if not recorded:
        return LoadedKey(key, found)
    log.error("%s %s", faults.VOUCHER_KEY_OTHER, path)
    return LoadedKey(key, found, faults.VOUCHER_KEY_OTHER)
