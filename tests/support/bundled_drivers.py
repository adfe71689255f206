"""What the bundled plug-ins register."""

import tomllib
from importlib import import_module
from pathlib import Path

from pos_terminal.devices.registry import Drivers

PROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]


def bundled_drivers() -> Drivers:
    """Every bundled driver, as a till that enables all plug-ins has them."""
    drivers = Drivers()
    for module in PROJECT["entry-points"]["pos_terminal.plugins"].values():
        plugin = import_module(module)
        if hasattr(plugin, "pos_register_drivers"):
            plugin.pos_register_drivers(drivers=drivers)
    return drivers
