"""The commands of the pages, as a technician reads them."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
README = ROOT / "systemd" / "README.md"


def commands(section: str) -> str:
    """The shell commands of one section of systemd/README.md, in their order and word for word."""
    return "".join(blocks(README, f"## {section}", "sh"))


def blocks(page: Path, heading: str, language: str) -> list[str]:
    """What stands below a heading, up to the next of its rank, in blocks of that language.

    A page's title ends where its first section begins.
    """
    rank = max(2, len(heading.split(maxsplit=1)[0]))
    below = rf"^{re.escape(heading)}\n(.*?)(?=^#{{2,{rank}}} |\Z)"
    found = re.search(below, page.read_text(), re.DOTALL | re.MULTILINE)
    assert found is not None, f"{page} has no «{heading}»"
    fenced = rf"^```{language}\n(.*?)^```"
    wanted: list[str] = re.findall(fenced, found[1], re.DOTALL | re.MULTILINE)
    assert wanted, f"{page}, «{heading}»: no {language}"
    return wanted
