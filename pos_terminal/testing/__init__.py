"""Public helpers to test a driver: far ends, transports with faults, a contract for each device."""
