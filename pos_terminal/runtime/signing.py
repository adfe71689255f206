"""Who signs: the keyring of a till, with the token that its settings name."""

from pathlib import Path

from pos_terminal.journal import keyring
from pos_terminal.journal.keyring import Keyring
from pos_terminal.runtime import boot, config
from pos_terminal.runtime.plugins import Plugins
from pos_terminal.runtime.settings import Settings


def of_till(settings: Settings, plugins: Plugins) -> Keyring:
    """The keyring of these settings and their plugins; nothing is opened yet."""
    return Keyring(plugins.token(), in_token=bool(settings.signer))


def of_stopped_till(state: Path, file: Path | None) -> Keyring:
    """The keyring for a command, by the last good settings or the file.

    Plugins are loaded only where a token is asked for, or holds a key of this till's already.
    BadConfiguration where the settings cannot be used.
    """
    for path in filter(None, (state / boot.LAST_GOOD, file)):
        if not path.exists():
            continue
        source = path.read_bytes()
        if config.signer_named(path, source) or keyring.has_token_key(state):
            booted = boot.read(path, source, without_drivers=True)
            return of_till(booted.settings, booted.plugins)
    return keyring.software
