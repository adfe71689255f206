"""What every test may use."""

from pos_terminal.testing.running import run

__all__ = ["run"]
