"""Tokens of the local API: what each may be for, and who makes one. Pure.

A token is a grant that somebody who is signed in to the console hands on to another program: for
acts that are named in full, and for nothing else.
"""

PURPOSE = "api"
"""Of the grants that are tokens."""

MAKE, END = "token.make", "token.end"
"""What whoever makes or ends one must be granted."""

PRINT, SHOW, WEIGH = "printer.print", "display.show", "scale.weigh"
"""What the till itself does by one."""

READ = (
    "status.read", "events.read", "tickets.read", "catalog.read", "stock.read", "orders.read",
)  # fmt: skip
"""What the agent answers from what it knows: the till is asked for nothing by these."""

SCOPES = (*READ, "catalog.apply", PRINT, SHOW, WEIGH)
"""All that there is. None of them sells, opens a drawer, or names a customer."""

AT_ONCE = 32
"""Tokens that may stand at once."""

LONGEST_NAME = 40
"""Characters of what the shop calls one."""
