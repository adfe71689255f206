"""Where the counter's shop comes from: settings as they stand, but for what the page chooses."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from pos_terminal.scenes.ends import Ends
from pos_terminal.scenes.script import Scene
from pos_terminal.scenes.shop import SceneSource
from pos_terminal.storage import toml


@dataclass(frozen=True, slots=True)
class CounterSource(SceneSource):
    """A shop's settings with another key map or language, where the page has chosen one.

    `owned`: the configuration is an owner's, whose devices are played as they are.
    """

    keymap: str = ""
    language: str = "fr"
    owned: bool = False

    def devices(self) -> Mapping[str, Mapping[str, object]]:
        """The owner's tables of devices, by name; none in the shop that the page brings."""
        if self.config is None or not self.owned:
            return {}
        tables = toml.tables(self.config.read_text()).get("devices", {})
        return cast(Mapping[str, Mapping[str, object]], tables)

    def settings(self, scene: Scene, ends: Ends, folder: Path) -> str:
        """See `SceneSource.settings`."""
        text = SceneSource.settings(self, scene, ends, folder)
        text = _said(text, "language", self.language)
        if self.keymap:
            text = _said(text, "keymap", self.keymap)
        return text if self.config is None else _with_terminal(text, ends.payment_devices)


def _with_terminal(text: str, devices: Mapping[str, Mapping[str, object]]) -> str:
    """The settings with the page's payment terminal for cards, whatever terminals they name."""
    ((name, table),) = devices.items()
    kept, keep_on = list[str](), True
    for line in text.splitlines():
        if line.lstrip().startswith("["):
            keep_on = line.strip() not in ("[[terminals]]", f"[devices.{name}]")
        kept += [line] if keep_on else []
    settings = [f"{key} = {toml.written(value)}" for key, value in table.items()]
    return "\n".join([*kept, f"[devices.{name}]", *settings, "[[terminals]]", f'device = "{name}"'])


def _said(text: str, key: str, value: str) -> str:
    """The settings with this key of [terminal] said so, whatever it was."""
    head, table, rest = text.partition("[terminal]\n")
    inside, bracket, behind = rest.partition("\n[")
    inside = re.sub(rf"^\s*{key}\s*=.*\n?", "", inside, flags=re.M)
    return f"{head}{table}{key} = {json.dumps(value)}\n{inside}{bracket}{behind}"
