"""Adds persons until it is killed; prints each pseudonym once that person is durable."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from pos_terminal.persons.store import Persons
from tests.support.people import ALL, Told


def main(directory: Path) -> None:
    persons = Persons.open(directory, Told())
    while True:
        print(persons.add(ALL), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
