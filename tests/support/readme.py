"""The README's table of commands."""

import re

from tests.support.house import ROOT


def readme_commands() -> list[list[str]]:
    """The command lines of the README's table, as words."""
    text = (ROOT / "README.md").read_text()
    return [line.split() for line in re.findall(r"^\| `pos-terminal ([^`]+)` \|", text, re.M)]
