"""What could not be done: an error that carries the fault which names it to people."""

from collections.abc import Mapping

from pos_terminal.domain.faults.fault import Fault


class Failure(Exception):
    """Something cannot be done. `fault` names the cause, `detail` adds the facts.

    `facts` are the same for a program: what stands beside code and detail in a command's JSON.
    """

    facts: Mapping[str, object] = {}

    def __init__(self, fault: Fault, detail: str = "") -> None:
        super().__init__(f"{fault.code} {detail or fault.cause}")
        self.fault = fault
        self.detail = detail
