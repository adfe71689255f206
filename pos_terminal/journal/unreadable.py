"""What reading JSON raises where a file is not what was written: one thing to catch."""

import msgspec

UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""Another shape or no JSON; a byte that is no UTF-8; brackets without end."""
