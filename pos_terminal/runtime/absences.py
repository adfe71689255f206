"""Telling the counter that a device is gone: at once, and then no more until it has been back."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

from pos_terminal.domain.counter.steps import DeviceAway, DeviceBack, Input
from pos_terminal.domain.faults import Fault
from pos_terminal.runtime.port import OFFLINE, Port, PortState
from pos_terminal.tasks.groups import forever

ARRIVAL = 20.0
"""Seconds after the start in which a device may still come: USB hubs and printers wake slowly, and
nobody can do anything about one that is on its way."""


class Absences:
    """Watches over these ports. A return is silent: it takes back what the loss had said."""

    def __init__(self, ports: Iterable[Port[Any]], put: Callable[[Input], None]) -> None:
        self._ports = tuple(ports)
        self._put = put
        self._told: dict[str, Fault] = {}
        for port in self._ports:
            port.observers.add(self._changed)

    async def run(self, arrival: float = ARRIVAL) -> NoReturn:
        """Once, some time after the start: the devices that never came."""
        await asyncio.sleep(arrival)
        for port in self._ports:
            if not port.was_there:
                self._tell(port)
        await forever()

    def _changed(self, port: Port[Any]) -> None:
        if not port.away and port.name in self._told:
            self._put(DeviceBack(self._told.pop(port.name)))
        elif port.state is not PortState.IDLE and port.was_there:
            self._tell(port)

    def _tell(self, port: Port[Any]) -> None:
        if port.name not in self._told:
            fault = port.error.fault if port.error else OFFLINE[port.device_class]
            self._told[port.name] = fault
            self._put(DeviceAway(fault))
