"""Looks after the box: asks every plug-in's health checks, and brings its own.

Its own look at disk, heat, voltage, memory and clock, and at whether the till answers.
"""

from collections.abc import Iterable

from pos_service_health import box
from pos_service_health.rounds import Rounds
from pos_service_health.settings import HealthSettings
from pos_service_health.till import watch_till
from pos_terminal.agent.hookspecs import Check, Service, hookimpl
from pos_terminal.agent.world import Agent


@hookimpl
def pos_services(agent: Agent) -> Iterable[Service]:
    """The rounds of the checks, and the watch over the till."""
    yield Service("checks", Rounds(agent).run)
    yield Service("till", lambda: watch_till(agent), silence=60)


@hookimpl
def pos_health_checks(agent: Agent) -> Iterable[Check]:
    """The box's own facts."""
    return box.checks(agent.settings(HealthSettings), agent.clock)
