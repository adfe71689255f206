"""The parts of the verifier as one file, `verify.py`, that needs nothing of this package."""

import ast
import re
from pathlib import Path

PARTS = (
    "verifier.messages", "verifier.chain", "verifier.keys", "verifier.in_force",
    "verifier.vouchers", "verifier.sales", "verifier.returns", "verifier.papers",
    "verifier.purges", "verifier.periods", "verifier.books", "verifier.core",
    "verifier.cosignatures", "verifier.technical",
    *(f"archive.verifier.{part}" for part in (
        "library", "contents", "keys", "stamps", "witnesses", "tables", "ledger", "customers",
        "check",
    )),
)  # fmt: skip
"""In an order in which each needs only those before; the last begins with what the file says."""

_PACKAGE = Path(__file__).parents[2]
_OURS = "pos_terminal."
"""By name: run as a program, this module has another."""


def source() -> str:
    """The file's text: the last part's docstring, all imports, then part after part."""
    plain: set[str] = set()
    named: dict[str, set[str]] = {}
    head, bodies = "", []
    for part in PARTS:
        text = _PACKAGE.joinpath(*part.split(".")).with_suffix(".py").read_text(encoding="utf-8")
        lines = text.splitlines()
        tree = ast.parse(text)
        head = ast.get_docstring(tree, clean=False) or ""
        for node in tree.body:
            if isinstance(node, ast.Import):
                plain.update(f"import {each.name}" for each in node.names)
            elif isinstance(node, ast.ImportFrom):
                if not (node.module or "").startswith(_OURS):
                    named.setdefault(node.module or "", set()).update(e.name for e in node.names)
            elif node is not tree.body[0]:
                continue
            last = node.end_lineno or node.lineno
            lines[node.lineno - 1 : last] = [""] * (last - node.lineno + 1)
        # One blank line is enough in what is read on end.
        bodies.append(re.sub(r"\n{3,}", "\n\n", "\n".join(lines).strip()))
    froms = (f"from {module} import {', '.join(sorted(named[module]))}" for module in sorted(named))
    imports = "\n".join((*sorted(plain), *froms))
    first = f'#!/usr/bin/env python3\n"""{head}"""\n\nfrom __future__ import annotations'
    return "\n\n".join((first, imports, "\n\n".join(bodies))) + "\n"


if __name__ == "__main__":
    print(source(), end="")
