"""Whose code it was: a plug-in found by the files that a traceback names. Pure."""

import re
from collections.abc import Iterable, Mapping

LOOP = " in run_forever\n"
"""Is on the stack of whatever thread runs a loop."""

_FRAME = re.compile(r'^ {2}File "(.+)", line \d+ in ', re.MULTILINE)


def culprit(files: Iterable[str], modules: Mapping[str, str]) -> str:
    """The plug-in whose file comes first in `files`, the innermost frame's first; empty: nobody's.

    `modules` are the plug-ins' top packages or modules by their names.
    """
    for file in files:
        for name, module in modules.items():
            if f"/{module}/" in file or file.endswith(f"/{module}.py"):
                return name
    return ""


def stack_of_the_loop(dump: str) -> list[str]:
    """The files on the loop's stack in what faulthandler wrote, the innermost first."""
    threads = re.split(r"^(?:Current thread|Thread) ", dump, flags=re.MULTILINE)
    # The oldest thread comes last: a service that has a loop on a thread of its own is before it.
    main = next((each for each in reversed(threads) if LOOP in each), "")
    return _FRAME.findall(main)
