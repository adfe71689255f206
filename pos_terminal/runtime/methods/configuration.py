"""Configuration: the settings in force, without their secrets, for whoever may see the mirror."""

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from pos_terminal.channel.configuration import Configuration, ConfigurationAsked, Setting
from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.service import Peer
from pos_terminal.domain import faults
from pos_terminal.domain.events.values import GrantLevel
from pos_terminal.domain.language import say
from pos_terminal.domain.redaction import GONE
from pos_terminal.journal.errors import JournalError
from pos_terminal.runtime.methods.grants import GrantMethods
from pos_terminal.runtime.settings_acts import FROM_AFAR, OWNERS, SettingsTrial, is_among
from pos_terminal.storage import toml
from pos_terminal.tasks.groups import to_the_end

_SECRET = re.compile(
    r"(?i)(^|_)(pin|pass|password|passwd|passphrase|secret|token|key)($|_)|polynom"
)
_ADDRESS = re.compile(r'(\w+://)([^/@\s"]*@)?([^/\s?"]+)([/?][^\s"]+)?')


class ConfigurationMethods:
    """Answers it; `changes` has the settings in force."""

    def __init__(self, grants: GrantMethods, changes: SettingsTrial) -> None:
        self._grants = grants
        self._changes = changes

    async def told(self, peer: Peer, asks: ConfigurationAsked) -> Configuration:
        """Each key. ChannelError without a grant, where the text is gone or none of these settings,
        or others come at once: which those will be nobody knows yet.
        """
        if self._changes.leaving:
            raise ChannelError(faults.SETTINGS_WAIT, say("la caisse redémarre"))
        await self._grants.allowed(peer, asks.grant, GrantLevel.OBSERVE, "Configuration")
        try:
            source = await to_the_end(partial(self._source, asks.sha256))
            earlier = await to_the_end(self._changes.earlier)
        except JournalError as error:
            raise ChannelError(error.fault, error.detail) from error
        tables = await to_the_end(partial(toml.tables, source.decode("utf-8-sig")))
        keys = [
            Setting(path, masked(path, value), is_among(path, FROM_AFAR))
            for path, value in _leaves(tables)
        ]
        name = asks.sha256 or self._changes.name
        return Configuration(name, keys, self._changes.left or None, earlier)

    def _source(self, name: str | None) -> bytes:
        return self._changes.source_of(name) if name else self._changes.source


def masked(path: str, value: object) -> str:
    """A value as TOML has it; stars for a text that its key calls secret.

    What the owner changes herself stands on papers and displays, and is shown whole: stars that she
    read would be written back.
    """
    if path in OWNERS:
        return toml.written(value)
    if isinstance(value, str) and _SECRET.search(path.rpartition(".")[2]):
        return toml.written(GONE)
    return _ADDRESS.sub(_host, toml.written(value))


def _host(found: "re.Match[str]") -> str:
    """A web address as far as its host: a ping's or a hook's has its secret behind that."""
    scheme, user, host, path = found.groups()
    return f"{scheme}{host}/{GONE}" if user or path else found[0]


def _leaves(tables: Any, path: str = "") -> Iterator[tuple[str, object]]:
    """Every key that is no table; of several tables alike each has its number, from 1."""
    if isinstance(tables, dict):
        inner = list(tables.items())
    else:
        inner = [(str(number), each) for number, each in enumerate(tables, 1)]
    for name, value in inner:
        below = f"{path}.{name}".lstrip(".")
        if isinstance(value, dict) or (isinstance(value, list) and any(map(_is_table, value))):
            yield from _leaves(value, below)
        else:
            yield below, value


def _is_table(value: object) -> bool:
    return isinstance(value, dict)
