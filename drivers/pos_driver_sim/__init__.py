"""The far ends of the wires: simulated devices that the drivers of production talk to.

Nothing to register: a far end is reached through the production driver of its class, with the
configuration table that it gives as `settings`. See docs/drivers/sim.md.
"""
