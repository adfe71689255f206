"""What lies in a till's spool, while it runs or afterwards; nothing is changed there."""

from pathlib import Path

from pos_terminal.runtime.spool import SPOOL
from pos_terminal.storage.reused import SUFFIX, Kept, read


def waiting(state: Path) -> list[Kept]:
    """The papers there, or those that are being taken in or away this moment."""
    found = [read(path) for path in sorted((state / SPOOL).glob(f"*{SUFFIX}"))]
    return [kept for kept in found if kept and kept.content != b""]


def sent(kept: Kept) -> bool:
    """Whether it may be on paper."""
    return b'"sent":true' in (kept.mark or kept.content or b"")
