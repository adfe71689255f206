"""HTML and SVG as text, with everything escaped that is not markup already. Pure."""

from html import escape


class Markup(str):
    """Text that is markup: it goes into more of it as it is."""

    __slots__ = ()


def tag(name: str, /, *inside: str, **attributes: str | float | bool | None) -> Markup:
    """An element. `class_` is `class`, `data_code` is `data-code`; True: bare, False, None: none.

    An SVG's names in mixed case are written as they are.
    """
    said = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in _EMPTY:
        return Markup(f"<{name}{said}>")
    return Markup(f"<{name}{said}>{joined(*inside)}</{name}>")


def joined(*parts: str) -> Markup:
    """One after the other; what is no markup is escaped."""
    return Markup(
        "".join(part if isinstance(part, Markup) else escape(part, quote=False) for part in parts)
    )


_EMPTY = frozenset({"meta", "link", "input", "br"})


def _attribute(key: str, value: str | float | bool | None) -> str:
    name = key.rstrip("_").replace("_", "-")
    if value is None or value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{escape(f"{value}")}"'
