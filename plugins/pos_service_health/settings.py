"""What the shop's technician may say otherwise: `[service.health]`."""

from msgspec import Struct


class HealthSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Limits of what is no incident.

    `disks` are the folders whose disks are looked at; where none are given, the box's own (see
    `box.DISKS`); `disk_free` is the share of one, in percent,
    that has to be free; `hottest` is in °C; `memory_free` is the share of memory, in percent, that
    must be available; `every` is how many seconds lie between two looks. `network`: whether the box
    is meant to have one. `unit` is the till's for systemd; `papers_wait` is for how many seconds a
    paper may wait for the printer, `backup_days` how old the last backup may be, `exposed` how many
    records may be without a witness; 0: not looked at.
    """

    disks: tuple[str, ...] | None = None
    disk_free: int = 10
    hottest: int = 80
    memory_free: int = 8
    every: float = 60.0
    network: bool = True
    unit: str = "pos-terminal.service"
    papers_wait: int = 600
    backup_days: int = 8
    exposed: int = 1000
