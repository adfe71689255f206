"""Test and Reopen: a technician tries a device, without a sale."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.interface import Tested
from pos_terminal.devices.classes import (
    CustomerDisplay,
    DeviceClass,
    Drawer,
    Printer,
    Scale,
    ToneIndicator,
)
from pos_terminal.devices.errors import DeviceError, DeviceLost
from pos_terminal.domain import faults
from pos_terminal.domain.faults import Tone
from pos_terminal.domain.language import say
from pos_terminal.domain.receipt import Align, Receipt, Row, Rule, Text
from pos_terminal.domain.screen import WIDTH, Screen
from pos_terminal.runtime.methods.terminal import Terminal
from pos_terminal.runtime.port import OFFLINE, Port, PortState

SHOWN = 2.0
"""Seconds that a display shows its pattern."""

PATTERN = Screen("0123456789ABCDEFGHIJ"[:WIDTH], "#" * WIDTH)

PATIENCE = 30.0
"""Seconds that a test may take: the longest is a printer's, which answers when it has printed."""


class DeviceMethods:
    """Tries devices through their ports, beside the lanes that sell."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._tests: dict[DeviceClass, Callable[[Any], Awaitable[str]]] = {
            DeviceClass.PRINTER: self._print,
            DeviceClass.DRAWER: self._kick,
            DeviceClass.DISPLAY: self._show,
            DeviceClass.TONE: self._sound,
            DeviceClass.SCALE: self._weigh,
        }

    def found(self, name: str) -> Port[Any]:
        """The port of that name; ChannelError where there is none."""
        port = self._terminal.equipment.ports.get(name)
        if port is None:
            known = ", ".join(sorted(self._terminal.equipment.ports)) or say("aucun")
            detail = say(
                "il n'y a pas d'appareil {name!r} ; il y a : {known}", name=name, known=known
            )
            raise ChannelError(faults.BAD_REQUEST, detail)
        return port

    async def test(self, port: Port[Any]) -> Tested:
        """Have the device do what it is there for, and say how it went.

        A scanner and a keypad are read by the till alone: what can be said of them is their state.
        Refused while somebody is being served.
        """
        test = self._tests.get(port.device_class)
        if test is None:
            if port.state is PortState.IDLE:
                return Tested(f"{port.name}: {say('prêt')}")
            lost = port.error or DeviceLost(OFFLINE[port.device_class])
            raise ChannelError(lost.fault, lost.detail)
        if self._terminal.selling_now:
            raise ChannelError(faults.SALES_OPEN, say("un essai gênerait la vente"))
        try:
            async with asyncio.timeout(PATIENCE), port.use() as device:
                return Tested(f"{port.name}: {await test(device)}")
        except DeviceError as error:
            raise ChannelError(error.fault, error.detail) from error
        except TimeoutError as error:
            detail = say(
                "{name} ne répond pas depuis {patience:.0f} s", name=port.name, patience=PATIENCE
            )
            raise ChannelError(faults.INTERNAL, detail) from error

    async def _print(self, printer: Printer) -> str:
        await printer.print(self._paper())
        return say("imprimé")

    async def _kick(self, drawer: Drawer) -> str:
        await drawer.kick()
        is_open = await drawer.is_open()
        if is_open is None:
            return say("impulsion donnée")
        return say("impulsion donnée, ouvert") if is_open else say("impulsion donnée, fermé")

    async def _show(self, display: CustomerDisplay) -> str:
        await display.show(PATTERN)
        try:
            await asyncio.sleep(SHOWN)
        finally:
            self._terminal.equipment.outputs.screen.touch()
        return say("affiché")

    async def _sound(self, tone: ToneIndicator) -> str:
        await tone.sound(Tone.ACCEPTED)
        return say("sonné")

    async def _weigh(self, scale: Scale) -> str:
        weight = await scale.weigh()
        given = f"{weight.grams} g"
        return say("{weight}, sa propre tare ôtée", weight=given) if weight.net else given

    def _paper(self) -> Receipt:
        """A paper that nobody takes for a ticket."""
        terminal = self._terminal
        title = say("ESSAI IMPRIMANTE")
        return Receipt(
            title,
            (
                Text(title, Align.CENTRE, bold=True, tall=True),
                Rule(),
                Row(say("Caisse"), f"{terminal.identity.store} {terminal.identity.terminal}"),
                Row(say("Version"), terminal.identity.software),
                Text(terminal.clock.now().at),
                Text("0123456789 àâçéèêëîïôûù € ÀÉÈ"),
                Text(say("CE N'EST PAS UN TICKET"), Align.CENTRE),
            ),
        )
