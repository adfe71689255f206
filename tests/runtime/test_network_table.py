"""`[network]`: what is wrong with it is said by its key, what is right systemd is told."""

import configparser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_terminal.__main__ import main
from pos_terminal.runtime import network_settings
from pos_terminal.runtime.config import BadConfiguration
from pos_terminal.runtime.network_table import NetworkTable

FIXED = """\
[network]
address = "192.168.1.20/24"
gateway = "192.168.1.1"
dns = ["192.168.1.1", "2001:db8::53"]
ntp = ["ntp.example.org"]
"""


def test_an_address_of_its_own() -> None:
    table = NetworkTable("192.168.1.20/24", "192.168.1.1", ("192.168.1.1",), ("ntp.example.org",))
    assert list(table.problems()) == []
    assert table.text() == (
        "[Match]\nType=ether\n\n[Network]\nDHCP=no\nAddress=192.168.1.20/24\n"
        "Gateway=192.168.1.1\nDNS=192.168.1.1\nNTP=ntp.example.org\n"
    )


def test_what_is_named_holds_instead_of_what_dhcp_says() -> None:
    assert NetworkTable().text() == "[Match]\nType=ether\n\n[Network]\nDHCP=yes\n"
    text = NetworkTable(dns=("9.9.9.9",)).text()
    assert "DNS=9.9.9.9" in text and text.count("UseDNS=no") == 2 and "UseNTP" not in text


@pytest.mark.parametrize(
    ("table", "key"),
    [
        (NetworkTable("192.168.1.20"), "address"),
        (NetworkTable("192.168.1.20/33"), "address"),
        (NetworkTable("192.168.1.0/24"), "address"),
        (NetworkTable("192.168.1.255/24"), "address"),
        (NetworkTable("224.0.0.5/24"), "address"),
        (NetworkTable("127.0.0.5/8"), "address"),
        (NetworkTable("192.168.1.20/0"), "address"),
        (NetworkTable("192.168.1.20/24\nDHCP=yes"), "address"),
        (NetworkTable("192.168.1.20/24", "192.168.2.1"), "gateway"),
        (NetworkTable("192.168.1.20/24", "192.168.1.20"), "gateway"),
        (NetworkTable("192.168.1.20/24", "x"), "gateway"),
        (NetworkTable("", "192.168.1.1"), "gateway"),
        (NetworkTable(dns=("ns.example.org",)), "dns"),
        (NetworkTable(dns=("fe80::1%eth0",)), "dns"),
        (NetworkTable(dns=("9.9.9.9",) * 4), "dns"),
        (NetworkTable(ntp=("a b",)), "ntp"),
        (NetworkTable(ntp=("a\n[Match]",)), "ntp"),
    ],
)
def test_what_is_wrong_is_said_by_its_key(table: NetworkTable, key: str) -> None:
    assert [found for found, _ in table.problems()] == [key]


@given(
    st.builds(
        NetworkTable,
        st.one_of(st.text(), st.ip_addresses(v=4).map(lambda each: f"{each}/24")),
        st.one_of(st.just(""), st.text(), st.ip_addresses(v=4).map(str)),
        st.lists(st.one_of(st.text(), st.ip_addresses().map(str)), max_size=4).map(tuple),
        st.lists(st.one_of(st.text(), st.just("ntp.example.org")), max_size=4).map(tuple),
    )
)
def test_nothing_that_passes_says_more_than_its_key(table: NetworkTable) -> None:
    if list(table.problems()):
        return
    parser = configparser.RawConfigParser(strict=False, allow_no_value=False)
    parser.read_string(table.text())
    assert set(parser.sections()) <= {"Match", "Network", "DHCPv4", "DHCPv6"}
    lines = table.text().splitlines()
    given = (table.address, table.gateway, *table.dns, *table.ntp)
    assert sum("=" in line for line in lines) - 2 <= len(list(filter(None, given))) + 4
    assert parser["Match"]["type"] == "ether"


def network(folder: Path, text: str) -> int:
    (folder / "terminal.toml").write_text(text)
    return main(["config", "network", "--config", str(folder / "terminal.toml"), "--out",
                 str(folder / "out"), "--names", str(folder / "run/resolv.conf"),
                 "--good", str(folder / "good")])  # fmt: skip


def test_of_wrong_ones_the_last_good_holds(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert network(tmp_path, "[network]\naddress = 7\n") == 1
    assert out.read_text() == NetworkTable().text(), "there is no good one yet"
    assert network(tmp_path, f"{FIXED}\n[shop]\nname = 7\n") == 0, "another table is wrong"
    good = out.read_text()
    assert "Address=192.168.1.20/24" in good
    out.unlink()
    wrong = FIXED.replace("1.20/24", "1.255/24")
    for text in (wrong, FIXED.replace("dns", "dnz"), "[network\n", "network = 1\n"):
        assert network(tmp_path, text) == 1
        assert out.read_text() == good
    assert (tmp_path / "run/resolv.conf").read_text() == (
        "nameserver 192.168.1.1\nnameserver 2001:db8::53\n"
    )
    (tmp_path / "good").write_bytes(b"\0\0")
    assert network(tmp_path, wrong) == 1
    assert out.read_text() == NetworkTable().text(), "a card has spoilt what was good"


def test_a_mistake_has_its_line(tmp_path: Path) -> None:
    file = tmp_path / "terminal.toml"
    file.write_text(FIXED.replace("1.1\"\ndns", "2.1\"\ndns"))
    with pytest.raises(BadConfiguration) as refused:
        network_settings.read(file)
    (problem,) = refused.value.problems
    assert (problem.line, problem.key) == (3, "network.gateway")
