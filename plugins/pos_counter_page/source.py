"""Where the counter's shop comes from: settings as they stand, but for what the page chooses."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from pos_terminal.scenes.ends import Ends
from pos_terminal.scenes.script import Scene
from pos_terminal.scenes.shop import SceneSource, of_far_ends
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
        return text

    def blocks(self) -> dict[str, str]:
        """The shop as a page of scenes brings it; none of an owner's, who has files of his own."""
        if self.config is None:
            return {name: text for name, text in self.script.files.items() if name != "équipe"}
        if self.owned:
            return {}
        text = _said(of_far_ends(self.config.read_text()), "language", self.language)
        folder = self.config.parent
        return {
            "réglages": re.sub(r"^keymap = .*\n", "", text, flags=re.M),
            "catalogue": (folder / "catalog.csv").read_text(),
            "promotions": (folder / "promotions.toml").read_text(),
        }


def _said(text: str, key: str, value: str) -> str:
    """The settings with this key of [terminal] said so, whatever it was."""
    head, table, rest = text.partition("[terminal]\n")
    inside, bracket, behind = rest.partition("\n[")
    inside = re.sub(rf"^\s*{key}\s*=.*\n?", "", inside, flags=re.M)
    return f"{head}{table}{key} = {json.dumps(value)}\n{inside}{bracket}{behind}"
