"""Which of the releases on a stick is installed: the newest that may be. Pure."""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from pos_terminal.domain.faults import Failure
from pos_terminal.domain.language import say
from pos_terminal.update.release import Here, Manifest, judge, moment, version_key


class Offered(Struct, frozen=True):
    """A folder that has a manifest: what is signed there, or why that is not believed."""

    folder: str
    manifest: Manifest | None
    refused: Failure | None = None


class Choice(Struct, frozen=True):
    """The release to be installed, if any, and what is said of each."""

    best: Offered | None
    lines: tuple[str, ...]


def choose(offered: Sequence[Offered], here: Here) -> Choice:
    """The newest version that is newer than the one that runs; of equal ones the one signed last.

    Whatever is wrong with the others is said, and keeps none from being chosen.
    """
    able: list[tuple[tuple[int, ...], Offered]] = []
    lines: list[str] = []
    for each in offered:
        wrong = _wrong(each, here)
        lines.append(f"{each.folder or '/'} : {wrong or _version(each)}")
        if not wrong and each.manifest:
            able.append((version_key(each.manifest.version), each))
    best = max(able, key=lambda pair: (pair[0], _signed(pair[1])), default=None)
    return Choice(best[1] if best else None, tuple(lines))


def _wrong(each: Offered, here: Here) -> str:
    try:
        if each.refused:
            raise each.refused
        if each.manifest and judge(each.manifest, here):
            return ""
    except Failure as error:
        return " ".join((error.fault.code, *_short(error.detail)))
    return say("{version} tourne déjà", version=here.version)


def _short(detail: str) -> Iterator[str]:
    yield from detail[:100].split()


def _version(each: Offered) -> str:
    return each.manifest.version if each.manifest else ""


def _signed(each: Offered) -> float:
    return moment(each.manifest.signed).timestamp() if each.manifest else 0.0
