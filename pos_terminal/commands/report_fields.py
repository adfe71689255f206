"""What may stand in a report that a technician carries away: an allow-list of fields. Pure.

A field that is not named here stays at home, so that one that is added later, or misspelt in a
shop's settings, is missing rather than told. Free text goes through `clean` besides.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pos_terminal.domain.redaction import GONE

Clean = Callable[[str], str]

FAULT = ("code", "text", "detail")
STATUS: dict[str, tuple[str, ...] | None] = {
    "version": None,
    "store": None,
    "terminal": None,
    "language": None,
    "simulated": None,
    "since": None,
    "now": None,
    "trust": None,
    "selling": None,
    "faults": FAULT,
    "head": ("seq", "hash", "exposed"),
    "last_ticket": ("number", "at"),
    "last_closure": ("period", "number", "label", "at"),
    "open_sales": None,
    "memory": None,
    "devices": ("name", "kind", "state", "identity", "since", "good", "fault"),
    "queues": ("name", "waiting"),
    "plugins": ("name", "version", "status", "why"),
    "tasks": ("name", "state", "since", "restarts", "error"),
    "incidents": ("subject", "code", "detail", "since", "times"),
    "last_backup": None,
}
"""Of a till's status; the second column is of a nested object, or of each of a list."""

DEVICE = ("fault",)

SETTINGS: dict[str, tuple[str, ...]] = {
    "terminal": (
        "store", "number", "operator", "zone", "language", "default_vat", "keymap", "plugins",
    ),
    "closing": ("day_ends", "automatic", "year_begins", "print_automatic"),
    "clerks": ("each_sale", "badge_and_pin"),
    "backup": ("hour", "keep"),
    "agent": ("services",),
    "devices": (
        "class", "driver", "role", "acknowledge", "aim", "answer_time", "answer_timeout",
        "bytesize", "cancel_kanji", "code_page", "columns", "commands", "decimals", "device",
        "digits", "encoding", "host", "layout", "max_length", "parity", "pause", "port",
        "print_timeout", "profile", "profile_wait", "pulse", "pulse_off", "pulse_on",
        "quiet_seconds", "refill_timeout", "resync", "serial", "settle_time", "usb",
    ),
}  # fmt: skip
"""Of terminal.toml, by table; `devices` holds for each of its tables."""


def of_status(status: Mapping[str, Any], clean: Clean) -> dict[str, Any]:
    """A till's status (built-in types) with the fields that may leave."""
    return {
        name: _picked(status[name], fields, clean)
        for name, fields in STATUS.items()
        if name in status
    }


def of_settings(settings: Mapping[str, Any], clean: Clean) -> dict[str, Any]:
    """A shop's settings: every name, so that a slip is seen; values of the named fields alone."""
    found = {}
    for table, value in settings.items():
        allowed = SETTINGS.get(table, ())
        if table == "devices" and isinstance(value, Mapping):
            found[table] = {name: _named(each, allowed, clean) for name, each in value.items()}
        else:
            found[table] = _named(value, allowed, clean)
    return found


def _named(value: Any, allowed: Sequence[str], clean: Clean) -> Any:
    if not isinstance(value, Mapping):
        return GONE
    return {
        name: cleaned(each, clean) if name in allowed else GONE for name, each in value.items()
    }


def _picked(value: Any, fields: Sequence[str] | None, clean: Clean) -> Any:
    if isinstance(value, list):
        return [_picked(each, fields, clean) for each in value]
    if isinstance(value, Mapping):
        picked = {name: value[name] for name in fields or () if name in value}
        # The one object within an object: what is wrong with a device.
        return {
            name: _picked(each, FAULT, clean) if name in DEVICE else cleaned(each, clean)
            for name, each in picked.items()
        }
    return cleaned(value, clean)


def cleaned(value: Any, clean: Clean) -> Any:
    """A value whose texts were rid of secrets."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [cleaned(each, clean) for each in value]
    return value if isinstance(value, bool | int | float) or value is None else GONE
