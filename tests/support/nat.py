"""A box behind a router that lets nothing in: network namespaces, with NAT by nftables.

        box 10.77.N.2 --- 10.77.N.1 router 10.78.N.2 --- 10.78.N.1 here
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from tests.needs import need

RULES = """
table inet nat {{
  chain out {{ type nat hook postrouting priority 100; oifname "{outside}" masquerade; }}
  chain through {{
    type filter hook forward priority 0; policy drop;
    ct state established,related accept
    iifname "{inside}" oifname "{outside}" accept
  }}
  chain in {{
    type filter hook input priority 0; policy drop;
    ct state established,related accept
  }}
}}
"""


@dataclass(frozen=True)
class Behind:
    """`box` and `router` are the namespaces' names; `here` is the address by which the box reaches
    this machine, `inside` the router's end of its cable.
    """

    box: str
    router: str
    here: str
    inside: str

    def listening(self) -> list[str]:
        """Lines of the kernel's tables for sockets of the box that listen (state 0A)."""
        tables = [self.ran("cat", f"/proc/net/{name}") for name in ("tcp", "tcp6")]
        lines = [line for table in tables for line in table.splitlines()[1:]]
        return [line for line in lines if line.split()[3] == "0A"]

    def ran(self, *command: str) -> str:
        """Run in the box."""
        return _ran("ip", "netns", "exec", self.box, *command)

    def cut(self) -> None:
        """Pull the cable out of the router."""
        _ran("ip", "-n", self.router, "link", "set", self.inside, "down")

    def silence(self) -> None:
        """Have the router let nothing through any more, and say nothing about it."""
        _ran("ip", "netns", "exec", self.router, "nft", "insert rule inet nat through drop")


@contextmanager
def behind_nat() -> Iterator[Behind]:
    """Make it, and take it down."""
    need(os.geteuid() == 0, "network namespaces", "running the tests as root")
    need(shutil.which("nft") is not None, "nft", "apt install nftables")
    number = os.getpid() % 250
    inside, outside, far = f"i{os.getpid()}", f"o{os.getpid()}", f"h{os.getpid()}"
    found = Behind(f"box{os.getpid()}", f"router{os.getpid()}", f"10.78.{number}.1", inside)
    with ExitStack() as stack:
        for name in (found.box, found.router):
            _ran("ip", "netns", "add", name)
            stack.callback(_ran, "ip", "netns", "del", name)
        _ran("ip", "link", "add", far, "type", "veth", "peer", "name", outside,
             "netns", found.router)  # fmt: skip
        _ran("ip", "-n", found.router, "link", "add", inside, "type", "veth", "peer", "name",
             "eth", "netns", found.box)  # fmt: skip
        _ran("ip", "addr", "add", f"{found.here}/30", "dev", far)
        _ran("ip", "link", "set", far, "up")
        for name, link, address in (
            (found.router, outside, f"10.78.{number}.2/30"),
            (found.router, inside, f"10.77.{number}.1/30"),
            (found.box, "eth", f"10.77.{number}.2/30"),
        ):
            _ran("ip", "-n", name, "addr", "add", address, "dev", link)
            _ran("ip", "-n", name, "link", "set", link, "up")
        _ran("ip", "-n", found.box, "link", "set", "lo", "up")
        _ran("ip", "-n", found.box, "route", "add", "default", "via", f"10.77.{number}.1")
        _ran("ip", "netns", "exec", found.router, "sh", "-c",
             "echo 1 > /proc/sys/net/ipv4/ip_forward")  # fmt: skip
        rules = RULES.format(inside=inside, outside=outside)
        _ran("ip", "netns", "exec", found.router, "nft", "-f", "-", given=rules)
        yield found


def _ran(*command: str, given: str = "") -> str:
    done = subprocess.run(
        command, input=given, capture_output=True, text=True, timeout=20, check=False
    )
    assert done.returncode == 0, (command, done.stderr)
    return done.stdout
