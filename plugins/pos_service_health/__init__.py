"""Looks after the box: asks every plug-in's health checks, and brings its own.

Its own look at disk, heat, voltage, memory, clock and network; and at the till: whether it answers,
and what it says of its devices and of itself.
"""

from collections.abc import Iterable

from pos_service_health import box
from pos_service_health.rounds import Rounds
from pos_service_health.settings import HealthSettings
from pos_service_health.till import TillWatch
from pos_terminal.agent.hookspecs import Check, Service, hookimpl
from pos_terminal.agent.world import Agent


@hookimpl
def pos_settings() -> type[HealthSettings]:
    """What `[service.health]` is held to."""
    return HealthSettings


@hookimpl
def pos_services(agent: Agent) -> Iterable[Service]:
    """The rounds of the checks, and the watch over the till."""
    yield Service("checks", Rounds(agent).run)
    yield Service("till", TillWatch(agent, agent.settings(HealthSettings)).run, silence=60)


@hookimpl
def pos_health_checks(agent: Agent) -> Iterable[Check]:
    """The box's own facts."""
    return box.checks(agent.settings(HealthSettings), agent.clock)
