"""What `[service.console]` may say."""

import re
from ipaddress import ip_address

from msgspec import Struct

_NAME = re.compile(r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9-]{0,62})(\.[a-z0-9]([a-z0-9-]{0,62}))*")


class ConsoleSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The one network interface that is served («eth0»), and by which names, the first of which is
    printed. A name is one of the network's («caisse.local») or an IPv4 address of the box.
    """

    interface: str
    names: tuple[str, ...]
    port: int = 8443

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z0-9_.:-]{1,15}", self.interface):
            raise ValueError("interface: a network interface, as «eth0»")
        if not 1 <= len(self.names) <= 8:
            raise ValueError("names: one to eight")
        for name in self.names:
            if not _NAME.fullmatch(name):
                raise ValueError(f"names: {name!r} is no name in small letters, and no address")
        if not 0 <= self.port < 65536:  # 0: any that is free, for a test
            raise ValueError("port: 0 to 65535")


def is_address(name: str) -> bool:
    """Whether a name is an IPv4 address."""
    try:
        return ip_address(name).version == 4
    except ValueError:
        return False
