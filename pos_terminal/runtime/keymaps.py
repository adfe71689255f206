"""Key maps: the bundled ones, and a shop's own."""

import logging
from pathlib import Path

import msgspec
from msgspec import Struct

from pos_terminal.domain.keyboard.keys import Function, KeyMap, parse_map
from pos_terminal.domain.language import labelled, say
from pos_terminal.domain.schema_errors import reason
from pos_terminal.storage import toml

log = logging.getLogger(__name__)

KEYMAPS = Path(__file__).parent.parent / "keymaps"


class LoadedKeyMap(Struct, frozen=True):
    """A key map; `stands_in` where it is the last good one, for one that is wrong."""

    keys: KeyMap
    stands_in: bool = False


def own_keymap(folder: Path, name: str, kept: Path | None) -> LoadedKeyMap:
    """The key map of that name; the last good one for a shop's own that is wrong or gone."""
    try:
        return LoadedKeyMap(load_keymap(folder, name))
    except (ValueError, OSError) as error:
        if kept is None or not kept.exists() or not name.endswith(".toml"):
            raise
        log.error("the key map %s: %s; the last good one stays in force", name, error)
        return LoadedKeyMap(load_keymap(kept.parent, kept.name), stands_in=True)


def keymap_file(file: Path, source: bytes) -> Path | None:
    """The shop's own key map that a good configuration names; None for a bundled one."""
    name = toml.tables(source.decode())["terminal"].get("keymap", "")
    return file.parent / name if name.endswith(".toml") else None


def load_keymap(folder: Path, name: str) -> KeyMap:
    """A bundled map by its name, or a file of the shop's; ValueError, OSError with the reason.

    A map without C is refused: no error could ever be cleared.
    """
    file = folder / name if name.endswith(".toml") else KEYMAPS / f"{name}.toml"
    try:
        table = toml.tables(file.read_text())
        if others := table.keys() - {"keys"}:
            raise ValueError(say("{key} : seule une table [keys] est connue", key=min(others)))
        keys = parse_map(msgspec.convert(table.get("keys"), dict[str, str]))
    except ValueError as error:
        raise ValueError(labelled(file, reason(str(error)))) from None
    if not any(key.function is Function.CLEAR for key in keys.values()):
        raise ValueError(say("{file} : aucune touche n'est C", file=file))
    return keys
