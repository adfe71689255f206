"""A clock of its own for one process, told by a file, by libfaketime."""

from pathlib import Path

from tests.needs import need

LIBRARY = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), Path("libfaketime.so.1"))


def faking(moment: Path) -> dict[str, str]:
    """What its environment needs: the file says «@1970-01-01 00:05:00» or «+400d», and may change.

    The clock that nobody sets goes on as it is.
    """
    need(LIBRARY.exists(), "libfaketime", "apt-get install libfaketime")
    return {
        "LD_PRELOAD": str(LIBRARY), "FAKETIME_TIMESTAMP_FILE": str(moment),
        "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1", "TZ": "UTC",
    }  # fmt: skip
