"""docs/channel.md is as the code is: `python -m tests.channel.test_page` writes its description."""

import re
from pathlib import Path

from varlink.scanner import Interface

from pos_terminal.channel import connection, interface, server, varlink
from pos_terminal.channel.describe import described
from pos_terminal.channel.pace import REST, SAVED
from pos_terminal.runtime.methods.reports import AN_HOUR

PAGE = Path(__file__).parents[2] / "docs" / "channel.md"
BLOCK = re.compile(r"(?<=\n```varlink\n).*?(?=```\n)", re.S)
IN_WORDS = {4: "four"}


def test_the_description_is_that_of_the_code() -> None:
    found = BLOCK.search(PAGE.read_text())
    assert found and found[0] == described()


def test_other_hands_can_read_it() -> None:
    members = Interface(described()).members
    assert {f"{interface.INTERFACE}.{name}" for name in members} >= {
        *(method.name for method in interface.METHODS),
        *interface.ERRORS,
    }


def test_the_limits_are_those_of_the_code() -> None:
    page = PAGE.read_text()
    rows = dict(re.findall(r"^\| ([^|]+?) \| ([^|]+?) \|$", page, re.M))
    assert rows["one message"] == f"{varlink.LIMIT >> 20} MiB"
    assert rows["connections of one user"] == f"{server.A_USER}; of all: {server.ALL}"
    byte = "a message from its first byte to its last, a reply until it is read"
    assert rows[byte] == f"{connection.HALF:.0f} s"
    in_a_row = f"{1000 * SAVED / (1 + REST):.0f} ms of it may come in a row"
    share = f"a tenth; {in_a_row} where nothing was asked before"
    assert REST == 9 and rows["the loop's time for all connections together"] == share
    assert f"`Notice`, {IN_WORDS[AN_HOUR]} an hour" in page


def test_whoever_asks_may_leave_out_or_send_null_alike() -> None:
    optional = re.findall(r"^method \w+\((.*?)\) ->", described(), re.M | re.S)
    assert optional
    for method in interface.METHODS:
        for name, default in zip(
            reversed(method.asks.__struct_fields__), reversed(method.asks.__struct_defaults__),
            strict=False,
        ):  # fmt: skip
            assert default is None or name == "arguments", f"{method.name} {name}"


if __name__ == "__main__":
    PAGE.write_text(BLOCK.sub(lambda _: described(), PAGE.read_text()))
