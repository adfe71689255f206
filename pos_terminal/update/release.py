"""What a release says of itself, and whether it may be installed here. Pure.

A manifest is a small file of JSON, signed apart from what it is about, so that a box learns every
day what the newest release is without fetching it. It is signed anew at least once a month, also
where there is no new release: a mirror that stands still, or that is made to, is noticed.
"""

import re
from datetime import UTC, datetime, timedelta

import msgspec
from msgspec import Struct

from pos_terminal.domain import faults
from pos_terminal.domain.faults import Failure
from pos_terminal.domain.language import say

MANIFEST, SIGNATURE = "manifest.json", "manifest.json.sig"
"""What it and its signature are called, beside the bundle."""

ENDING = ".raucb"
"""How a bundle's name ends."""

STALE = timedelta(days=30)
"""How old the newest manifest may be that a box has seen."""

LARGEST = 64 << 10
"""Bytes of a manifest, and of a signature, that are read."""


class Manifest(Struct, frozen=True, forbid_unknown_fields=True):
    """A release: for which boards, its version, when this was signed (ISO 8601, UTC), and the
    bundle: its file's name beside the manifest, its length and SHA-256.
    """

    compatible: str
    version: str
    signed: str
    bundle: str
    size: int
    sha256: str

    def __post_init__(self) -> None:
        version_key(self.version)
        if moment(self.signed).tzinfo is None:
            raise ValueError(f"signed without a zone: {self.signed!r}")
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", self.bundle):
            raise ValueError(f"no name of a file: {self.bundle!r}")
        if not re.fullmatch(r"[0-9a-f]{64}", self.sha256) or self.size <= 0:
            raise ValueError("no SHA-256, or no length")


class Here(Struct, frozen=True):
    """What is judged against: this box's board, the version that runs, the newest `signed` seen
    (empty: none yet), and a version that did not stay here.
    """

    compatible: str
    version: str
    newest: str = ""
    given_up: str = ""


def version_key(version: str) -> tuple[int, ...]:
    """What versions are compared by: numbers between dots. ValueError for any other text."""
    if not re.fullmatch(r"[0-9]{1,14}(\.[0-9]{1,14}){0,5}", version, re.ASCII):
        raise ValueError(f"no version: {version!r}")
    return tuple(map(int, version.split(".")))


def moment(text: str) -> datetime:
    """A manifest's date. ValueError."""
    return datetime.fromisoformat(text)


def parse(content: bytes) -> Manifest:
    """The manifest in a file. Failure (B-171) where it is none: a signed one always is."""
    try:
        return msgspec.json.decode(content, type=Manifest)
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise Failure(faults.UPDATE_SIGNATURE, f"manifest: {error}") from error


def judge(offered: Manifest, here: Here, *, insist: bool = False) -> bool:
    """Whether there is something to install; Failure where it may not be.

    `insist`: root on the box asks, who may also go to an older release, or try one again that was
    given up. Nobody may install another board's.
    """
    if offered.compatible != here.compatible:
        detail = say("pour {theirs}, pas pour {ours}",
                     theirs=offered.compatible, ours=here.compatible)  # fmt: skip
        raise Failure(faults.UPDATE_FOREIGN, detail)
    if insist:
        return offered.version != here.version
    if here.newest and moment(offered.signed) < moment(here.newest):
        detail = say("signé {signed}, et {newest} est déjà connu",
                     signed=offered.signed, newest=here.newest)  # fmt: skip
        raise Failure(faults.UPDATE_OLDER, detail)
    if version_key(offered.version) < version_key(here.version):
        detail = say("{version}, et {running} tourne déjà",
                     version=offered.version, running=here.version)  # fmt: skip
        raise Failure(faults.UPDATE_OLDER, detail)
    if offered.version == here.given_up:
        raise Failure(faults.UPDATE_GIVEN_UP, offered.version)
    return offered.version != here.version


def stale(newest: str, now: datetime) -> bool:
    """Whether the newest manifest that a box has seen is too old by now; one never seen is."""
    return not newest or now - moment(newest).astimezone(UTC) > STALE
