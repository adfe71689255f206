"""Whether the machine's clock can be trusted: a Raspberry Pi has none that outlasts a power cut."""

from pathlib import Path

# systemd-timesyncd creates this file once the clock has been set from a server since boot
# (systemd-timesyncd.service(8), «Files»).
SYNCHRONISED = Path("/run/systemd/timesync/synchronized")


def is_synchronised() -> bool:
    """Whether it was set from a time server since the machine was switched on."""
    return SYNCHRONISED.exists()
