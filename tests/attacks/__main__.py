"""`python -m tests.attacks [WORD ...]`: carry the attacks out, and print who found each, and how.

With words, those alone that have them in what they do. `--write` puts the table into
docs/journal.md, which a test holds to it. Exit status 0 where each was found.
"""

import re
import sys
import tempfile
from pathlib import Path

from tests.attacks.attack import Attack
from tests.attacks.carried_out import attacks

HEAD = "| attacker | attack | found by | when | words |\n|---|---|---|---|---|\n"
PAGE = Path(__file__).parents[2] / "docs" / "journal.md"
SECTION = re.compile(rf"{re.escape(HEAD)}(?:\|.*\n)*")


def row(attack: Attack) -> str:
    """The row of an attack that is carried out now; AssertionError where nobody finds it."""
    with tempfile.TemporaryDirectory(prefix="attack-") as scratch:
        found = attack.carry_out(Path(scratch))
    return f"| {' | '.join((attack.attacker, attack.what, *found))} |\n"


def main(words: list[str]) -> int:
    """Print the table, or write it."""
    write = "--write" in words
    wanted = [word for word in words if word != "--write"]
    rows, missed = [], 0
    print(HEAD, end="")
    for attack in attacks():
        if any(word not in attack.what for word in wanted):
            continue
        try:
            rows.append(row(attack))
        except AssertionError as error:
            missed += 1
            rows.append(f"| {attack.attacker} | {attack.what} | NOBODY | | {error} |\n")
        print(rows[-1], end="", flush=True)
    if write and not missed:
        text = PAGE.read_text(encoding="utf-8")
        PAGE.write_text(SECTION.sub(lambda _: HEAD + "".join(rows), text), encoding="utf-8")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
