"""The devices: how each is, its last trouble, and a test."""

from pos_service_console import frame
from pos_terminal.agent.console_pages import Answer, Asked, Html, NoSuchPage
from pos_terminal.agent.world import Agent
from pos_terminal.channel.interface import STATUS, TEST, Device, Nothing, TestAsked
from pos_terminal.domain import notation
from pos_terminal.domain.language import say
from pos_terminal.domain.markup import Markup, joined, tag

DRAWER = "drawer"
"""A test of it opens it: that is for who runs the shop."""


class DevicePages:
    """The page over this terminal's."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent

    async def answer(self, asked: Asked) -> Answer:
        """The list; with a form, a test first. ChannelError where the till would not."""
        said = frame.EMPTY
        status = await self._agent.till.call(STATUS, Nothing())
        if asked.form is not None:
            name = asked.form.get("device", "")
            if name not in {each.name for each in status.devices}:
                raise NoSuchPage
            tested = await self._agent.till.call(TEST, TestAsked(name, asked.visitor.grant))
            said = frame.notice(tested.outcome)
            status = await self._agent.till.call(STATUS, Nothing())
        rows = [_one(each, asked.token) for each in status.devices]
        return Html(say("Appareils"), joined(said, *rows))


def _one(device: Device, token: str) -> Markup:
    well = device.fault is None
    state = tag("span", _state(device.state), class_="state" if well else "state bad")
    parts = [tag("p", state, f" {say('depuis le {day}', day=notation.day(device.since))}")]
    if device.fault:
        parts.append(tag("p", f"{device.fault.code} {device.fault.text} : {device.fault.remedy}"))
    elif device.last:
        at = device.last_at or ""
        parts.append(tag(
            "p", say("Dernier ennui : {what}, le {day} à {hour}",
                     what=f"{device.last.code} {device.last.text}", day=notation.day(at),
                     hour=notation.hour(at)),
            class_="small",
        ))  # fmt: skip
    hidden = tag("input", type="hidden", name="device", value=device.name)
    button = tag("button", say("Essayer"), class_="quiet")
    parts.append(frame.form("/devices", token, hidden, button))
    return frame.section(f"{device.name} · {device.identity or device.kind}", *parts)


def _state(state: str) -> str:
    return {"idle": say("prêt"), "busy": say("occupé"), "closed": say("fermé")}.get(
        state, say("en panne")
    )
