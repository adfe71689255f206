"""What a program writes to its standard error, which the service manager keeps: one line a fact."""

import logging

from pos_terminal.domain.redaction import redacted

FORMAT = "%(levelname)s %(name)s: %(message)s"


class Redacting(logging.Formatter):
    """Lines as they may be kept on a card, mailed and carried away (domain/redaction)."""

    def format(self, record: logging.LogRecord) -> str:
        """The line; a traceback keeps its lines, each redacted by itself."""
        return "\n".join(map(redacted, super().format(record).splitlines()))


def log_to_stderr(level: int) -> None:
    """Log from that level on."""
    handler = logging.StreamHandler()
    handler.setFormatter(Redacting(FORMAT))
    logging.basicConfig(level=level, handlers=[handler])
