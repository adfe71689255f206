"""What a program writes to its standard error, which the service manager keeps: one line a fact."""

import logging
from collections.abc import Callable

from pos_terminal.domain.redaction import redacted

FORMAT = "%(levelname)s %(name)s: %(message)s"


class Redacting(logging.Formatter):
    """Lines as they may be kept on a card, mailed and carried away (domain/redaction)."""

    def __init__(self, clean: Callable[[str], str]) -> None:
        super().__init__(FORMAT)
        self._clean = clean

    def format(self, record: logging.LogRecord) -> str:
        """The line; a traceback keeps its lines, each redacted by itself."""
        return "\n".join(map(self._clean, super().format(record).splitlines()))


def log_to_stderr(level: int, clean: Callable[[str], str] = redacted) -> None:
    """Log from that level on, each line as `clean` leaves it."""
    handler = logging.StreamHandler()
    handler.setFormatter(Redacting(clean))
    logging.basicConfig(level=level, handlers=[handler])
