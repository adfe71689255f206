"""The running terminal: settings, plugins, lanes, the till, and the one place that wires them."""
