"""The kind of machine that a run was made on, without a word about where or whose it is."""

import os
import platform
import sys
from pathlib import Path

import apsw


def describe(directory: Path) -> dict[str, str | int]:
    """Cores, processor, memory, kernel, Python, SQLite, and the file system of `directory`."""
    return {
        "cores": len(os.sched_getaffinity(0)),
        "processor": _field(Path("/proc/cpuinfo"), ("model name", "Model", "Hardware")),
        "memory_mib": int(_field(Path("/proc/meminfo"), ("MemTotal",)).split()[0]) // 1024,
        "kernel": platform.release().split("-")[0],
        "python": platform.python_version(),
        "optimised": sys.flags.optimize,
        "sqlite": apsw.sqlite_lib_version(),
        "file_system": file_system(directory),
    }


def _field(file: Path, names: tuple[str, ...]) -> str:
    for line in file.read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() in names:
            return value.strip()
    return "0"


def file_system(directory: Path) -> str:
    """The type of the file system that holds `directory`: ext4, tmpfs."""
    found, kind = Path("/"), "unknown"
    for line in Path("/proc/self/mounts").read_text().splitlines():
        _, place, its_kind, *_ = line.split()
        mount = Path(place.replace("\\040", " "))
        if directory.resolve().is_relative_to(mount) and mount.is_relative_to(found):
            found, kind = mount, its_kind
    return kind
