"""Where the counter's shop comes from: settings as they stand, but for what the page chooses."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from pos_terminal.scenes.ends import Ends
from pos_terminal.scenes.script import Scene
from pos_terminal.scenes.shop import SceneSource


@dataclass(frozen=True, slots=True)
class CounterSource(SceneSource):
    """A shop's settings with another key map or language, where the page has chosen one."""

    keymap: str = ""
    language: str = "fr"

    def settings(self, scene: Scene, ends: Ends, folder: Path) -> str:
        """See `SceneSource.settings`."""
        text = SceneSource.settings(self, scene, ends, folder)
        text = _said(text, "language", self.language)
        return _said(text, "keymap", self.keymap) if self.keymap else text


def _said(text: str, key: str, value: str) -> str:
    """The settings with this key of [terminal] said so, whatever it was."""
    head, table, rest = text.partition("[terminal]\n")
    inside, bracket, behind = rest.partition("\n[")
    inside = re.sub(rf"^\s*{key}\s*=.*\n?", "", inside, flags=re.M)
    return f"{head}{table}{key} = {json.dumps(value)}\n{inside}{bracket}{behind}"
