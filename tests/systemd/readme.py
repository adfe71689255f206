"""The commands of systemd/README.md, as a technician reads them."""

import re
from pathlib import Path

README = Path(__file__).parent.parent.parent / "systemd" / "README.md"


def commands(section: str) -> str:
    """The shell commands of one section, in their order and word for word."""
    text = README.read_text()
    found = re.search(rf"^## {section}\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE)
    assert found is not None, f"{README} has no section «{section}»"
    blocks: list[str] = re.findall(r"^```sh\n(.*?)^```", found[1], re.DOTALL | re.MULTILINE)
    assert blocks, f"«{section}» has no commands"
    return "".join(blocks)
