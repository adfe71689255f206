"""The package of a new driver: a scanner of an invented make, whole, tested and ready to change.

The sample lies in pos_terminal/driver_template; docs/write-a-driver.md builds it step by step.
"""

from collections.abc import Mapping
from pathlib import Path

SAMPLE = Path(__file__).parent.parent / "driver_template"

PLACES: Mapping[str, str] = {
    "pyproject.toml": ".", "README.md": ".", "quality.toml": ".",
    "__init__.py": "pos_driver_acme", "frames.py": "pos_driver_acme",
    "scanner.py": "pos_driver_acme", "conftest.py": "tests", "test_acme.py": "tests",
}  # fmt: skip
"""Where each file of the sample belongs."""


def make(name: str) -> dict[Path, str]:
    """The package's files by their paths; `name` is the driver's, small letters and digits."""
    made = {}
    for file, folder in PLACES.items():
        text = (SAMPLE / f"{file}.txt").read_text(encoding="utf-8")
        path = Path(folder, file)
        made[Path(_named(str(path), name))] = _named(text, name)
    return made


def _named(text: str, name: str) -> str:
    return text.replace("acme", name).replace("Acme", name.capitalize())
