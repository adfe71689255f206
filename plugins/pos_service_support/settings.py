"""What `[service.support]` may say."""

import re

from msgspec import Struct

from pos_terminal.domain.language import say

_KEY = re.compile(r"(?:ssh-ed25519|ecdsa-sha2-nistp256) [A-Za-z0-9+/=]{40,200}(?: [^\n]{0,100})?")

KEY, HOST_KEY = "support-key", "support-host-key"
"""The secrets of the agent's unit: the key that opens the relay, and the one supporters know it by
(OpenSSH's format, without a passphrase)."""


class SupportSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The relay that is dialled, and whose certificates are believed.

    `relay_key` is the relay's host key and `ca` the support's authority, each as one line of
    OpenSSH's; `listen` is the port on the relay's loopback that is this terminal's. Recordings stay
    for `keep_days`.
    """

    relay: str
    relay_key: str
    ca: str
    listen: int
    relay_port: int = 22
    relay_user: str = "pos"
    keep_days: int = 30

    def __post_init__(self) -> None:
        for name in ("relay_key", "ca"):
            if not _KEY.fullmatch(getattr(self, name)):
                raise ValueError(
                    say("{name} : une clé publique, comme «ssh-ed25519 AAAA...»", name=name)
                )
        for name in ("listen", "relay_port"):
            if not 0 < getattr(self, name) < 65536:
                raise ValueError(say("{name} : un port, de 1 à 65535", name=name))
        if not 1 <= self.keep_days <= 366:
            raise ValueError(say("keep_days : de 1 à 366"))
