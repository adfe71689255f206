"""What the shop's technician may say otherwise: `[service.health]`."""

from msgspec import Struct


class HealthSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Limits of what is no incident.

    `disks` are the folders whose disks are looked at; `disk_free` is the share of one, in percent,
    that has to be free; `hottest` is in °C; `memory_free` is the share of memory, in percent, that
    must be available; `every` is how many seconds lie between two looks.
    """

    disks: tuple[str, ...] = ("/", "/var/lib")
    disk_free: int = 10
    hottest: int = 80
    memory_free: int = 8
    every: float = 60.0
