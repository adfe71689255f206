"""What a process holds in memory, from /proc."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Memory:
    """In MiB: resident, resident with shared pages split among their users, and its own."""

    resident: float
    proportional: float
    anonymous: float


def memory(pid: int | str = "self") -> Memory:
    """The process's memory now."""
    return _memory(Path(f"/proc/{pid}/smaps_rollup").read_text())


def memory_of(code: str) -> Memory:
    """The memory of a Python that has run `code` and nothing else."""
    code += "\nprint(open('/proc/self/smaps_rollup').read())"
    run = subprocess.run((sys.executable, "-c", code), check=True, capture_output=True, text=True)
    return _memory(run.stdout)


def _memory(rollup: str) -> Memory:
    fields = dict(line.split(":", 1) for line in rollup.splitlines()[1:] if ":" in line)
    mib = {name: int(value.split()[0]) / 1024 for name, value in fields.items()}
    return Memory(mib["Rss"], mib["Pss"], mib["Anonymous"])


def children(pid: int) -> list[int]:
    """The processes that this one has started and that still are."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
