"""The far ends of the wires: simulated devices that the drivers of production talk to.

A far end is reached through the production driver of its class, with the configuration table that
it gives as `settings`. Only the payment terminal, which has to be able to do all that any make can,
comes with a driver of its own: «sim». See docs/drivers/sim.md.
"""

from pos_driver_sim.payment import SimTerminalSettings, open_terminal
from pos_terminal.devices.registry import Drivers
from pos_terminal.hookspecs import hookimpl


@hookimpl
def pos_register_drivers(drivers: Drivers) -> None:
    """Declare the driver «sim»."""
    drivers.payment_terminals.add("sim", open_terminal, SimTerminalSettings)
