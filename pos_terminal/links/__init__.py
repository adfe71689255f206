"""Links carry bytes to and from a device: serial line, TCP, printer node, USB end points."""
