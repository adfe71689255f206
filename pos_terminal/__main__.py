"""The command line `pos-terminal`: each command in its own module, so that none pays for all."""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

import pos_terminal

COMMANDS = {
    "run": "serve the shop: devices, till, journal",
    "status": "say how the till fares, and whether it sells",
    "demo": "watch a synthetic bakery morning being sold",
    "scenes": "play the scenes of a page through simulated devices",
    "replay": "sell recorded tickets through simulated devices",
    "config": "make a new shop's configuration, or check one",
    "catalog": "take articles over from a web shop's export",
    "agent": "run what faces outwards: alerts, services",
    "plugins": "list the plugins, with their status and why",
    "sheet": "draw or print the command barcodes and key labels",
    "keys": "show, test or learn a keyboard's key map",
    "close": "close the day, the month or the fiscal year: the Z",
    "journal": "show, follow or verify the journal",
    "stock": "show stock, bottles poured against sold, and what to make",
    "clerk": "say who may sign on, and what each may do",
    "person": "list, export or erase what is held of persons",
}

DONE, BAD, USAGE = 0, 1, 2
"""Exit status: done; the thing asked about is bad; wrong usage."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    parser = argparse.ArgumentParser("pos-terminal", description=pos_terminal.__doc__)
    parser.add_argument("--version", action="version", version=pos_terminal.__version__)
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, purpose in COMMANDS.items():
        subparser = subparsers.add_parser(name, help=purpose, description=purpose)
        if words and words[0] == name:
            module = import_module(f"pos_terminal.commands.{name}")
            module.add_arguments(subparser)
            subparser.set_defaults(run=module.run)
    parsed = parser.parse_args(words)
    try:
        status: int = parsed.run(parsed)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # «journal show | head» is no failure
        sys.stderr.close()
        return DONE
    return status


if __name__ == "__main__":
    sys.exit(main())
