"""What goes wrong on the channel, for both ends: an error's name, and the fault it stands for."""

from msgspec import Raw

from pos_terminal.channel import interface, varlink
from pos_terminal.domain.faults import Failure, Fault
from pos_terminal.domain.language import say


class ChannelError(Failure):
    """A call that did not do what it should; `detail` is for technicians."""


class Failed(Exception):
    """A call's failure, as it goes over the wire: an error's name with its parameters."""

    def __init__(self, name: str, parameters: Raw, detail: str = "") -> None:
        super().__init__(f"{name} {detail}".strip())
        self.name = name
        self.parameters = parameters


def refused(fault: Fault, detail: str, name: str = interface.REFUSED) -> Failed:
    """The failure of a call for a reason of the till's."""
    told = interface.ErrorParameters(as_told(fault, detail))
    return Failed(name, varlink.parameters(told), detail)


def as_told(fault: Fault, detail: str = "") -> interface.Fault:
    """A fault as it goes over the wire, in the till's language."""
    return interface.Fault(fault.code, say(fault.text), say(fault.remedy), detail)
