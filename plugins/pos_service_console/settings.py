"""What `[service.console]` may say."""

import re
from ipaddress import ip_address

from msgspec import Struct

from pos_terminal.domain.language import say

_NAME = re.compile(r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9-]{0,62})(\.[a-z0-9]([a-z0-9-]{0,62}))*")


class ConsoleSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The one network interface that is served («eth0»), and by which names, the first of which is
    printed. A name is one of the network's («caisse.local») or an IPv4 address of the box.
    """

    interface: str
    names: tuple[str, ...]
    port: int = 8443
    webhook_ca: str = ""

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z0-9_.:-]{1,15}", self.interface):
            raise ValueError(say("interface : une interface du réseau, comme «eth0»"))
        if not 1 <= len(self.names) <= 8:
            raise ValueError(say("names : de un à huit"))
        for name in self.names:
            if not _NAME.fullmatch(name):
                raise ValueError(
                    say("names : {name!r} n'est ni un nom en minuscules, ni une adresse", name=name)
                )
        if not 0 <= self.port < 65536:  # 0: any that is free, for a test
            raise ValueError(say("port : de 0 à 65535"))


def is_address(name: str) -> bool:
    """Whether a name is an IPv4 address."""
    try:
        return ip_address(name).version == 4
    except ValueError:
        return False
