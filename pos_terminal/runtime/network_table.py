"""`[network]` of a flashed box: how its cable gets an address, and what systemd is told of it.

A box installed otherwise has its network from its own system, and leaves the table out.
"""

import ipaddress  # loaded where a table is checked alone (process/lean_imports.py)
from collections.abc import Iterator
from re import ASCII, fullmatch

from msgspec import Struct

from pos_terminal.domain.language import say

MOST = 3
"""Servers of one kind: glibc asks no more of names."""


class NetworkTable(Struct, frozen=True):
    """`address` is the box's own with its prefix («192.168.1.20/24»), empty: what DHCP gives.

    `dns` and `ntp` hold instead of those that DHCP names.
    """

    address: str = ""
    gateway: str = ""
    dns: tuple[str, ...] = ()
    ntp: tuple[str, ...] = ()

    def problems(self) -> Iterator[tuple[str, str]]:
        """What is wrong with it, as key and reason."""
        yield from self._addresses()
        for key, servers in (("dns", self.dns), ("ntp", self.ntp)):
            if len(servers) > MOST:
                yield key, say("{count} au plus", count=MOST)
        for each in self.dns:
            if not _is_address(each):
                yield "dns", say("{text!r} n'est pas une adresse", text=each)
        for each in self.ntp:
            if not (_is_address(each) or _is_name(each)):
                yield "ntp", say("{text!r} n'est ni une adresse ni un nom", text=each)

    def text(self) -> str:
        """The file for systemd-networkd (systemd.network(5)) of a table without problems."""
        lines = ["[Match]", "Type=ether", "", "[Network]"]
        if self.address:
            lines += ["DHCP=no", f"Address={self.address}"]
            lines += [f"Gateway={self.gateway}"] if self.gateway else []
        else:
            lines.append("DHCP=yes")
        lines += [f"DNS={each}" for each in self.dns] + [f"NTP={each}" for each in self.ntp]
        for section in ("DHCPv4", "DHCPv6") if not self.address else ():
            own = [("DNS", self.dns), ("NTP", self.ntp)]
            unused = [f"Use{name}=no" for name, servers in own if servers]
            lines += ["", f"[{section}]", *unused] if unused else []
        return "\n".join(lines) + "\n"

    def servers(self) -> str:
        """The file that the C library reads (resolv.conf(5))."""
        return "".join(f"nameserver {each}\n" for each in self.dns)

    def _addresses(self) -> Iterator[tuple[str, str]]:
        if not self.address:
            if self.gateway:
                yield "gateway", say("sans address, c'est DHCP qui dit la passerelle")
            return
        try:
            own = ipaddress.IPv4Interface(self.address)
        except ValueError:
            yield "address", say("{text!r} n'est pas une adresse", text=self.address)
            return
        if "/" not in self.address or not 1 <= own.network.prefixlen <= 30:
            yield "address", say("il y faut un préfixe : 192.168.1.20/24")
        elif own.ip in (own.network.network_address, own.network.broadcast_address):
            yield "address", say("c'est l'adresse de tout le réseau")
        elif not _may_be_a_box(own.ip):
            yield "address", say("aucun boîtier n'a une telle adresse")
        if not self.gateway:
            return
        try:
            way = ipaddress.IPv4Address(self.gateway)
        except ValueError:
            yield "gateway", say("{text!r} n'est pas une adresse", text=self.gateway)
            return
        if way not in own.network or way == own.ip:
            yield "gateway", say("{gateway} n'est pas un autre de {network}",
                                 gateway=self.gateway, network=own.network)  # fmt: skip


def _may_be_a_box(address: "ipaddress.IPv4Address") -> bool:
    return not (
        address.is_multicast or address.is_loopback or address.is_unspecified or address.is_reserved
    )


def _is_address(text: str) -> bool:
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return False
    # One that is only good with the name of an interface is none that a box can be told.
    return "%" not in text and not (found.is_multicast or found.is_unspecified)


def _is_name(text: str) -> bool:
    """A host's name (RFC 1123): what stands in a file of systemd's, and nothing beside it."""
    label = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
    return len(text) <= 253 and fullmatch(rf"{label}(\.{label})*", text, ASCII) is not None
