"""The refusal of a command: it makes no sense now, and nothing has changed."""


from pos_terminal.domain.faults.fault import Fault


class Refused(Exception):
    """The command makes no sense now; `fault` says why. Nothing has changed."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault
