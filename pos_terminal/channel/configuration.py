"""What the till tells of its settings: keys with their values, without what is secret."""

from msgspec import Struct


class ConfigurationAsked(Struct, frozen=True):
    """The settings in force; or, by their SHA-256, good ones of before."""

    grant: str | None = None
    sha256: str | None = None


class Setting(Struct, frozen=True):
    """A key by its dotted path, and its value as TOML has it; of a secret only that there is one.

    `changes`: it may be changed from afar.
    """

    path: str
    value: str
    changes: bool


class Configuration(Struct, frozen=True):
    """The SHA-256 of the settings, and their keys in the file's order; `trial` is for how many
    seconds more those in force are on trial, None where they are not. `earlier` are the SHA-256 of
    the good ones of before, newest first.
    """

    sha256: str
    keys: list[Setting]
    trial: int | None = None
    earlier: list[str] = []
