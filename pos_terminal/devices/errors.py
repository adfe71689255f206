"""What a device may answer besides yes. Each error carries the fault that names it to people.

The words follow UPOS (E_OFFLINE, E_TIMEOUT, E_BUSY, E_NOHARDWARE, E_EXTENDED), cut down to what
a caller can act on: the device is gone, it stayed silent, it said no, or nobody knows.
"""

from pos_terminal.domain.faults import Failure


class DeviceError(Failure):
    """A device did not do what it was asked."""


class DeviceLost(DeviceError):
    """The link is gone (unplugged, powered off, connection closed). It has to be opened again."""


class DeviceTimeout(DeviceError):
    """No answer in the device's time, to a question that changed nothing: it may be asked again."""


class DeviceRefused(DeviceError):
    """The device answered, and the answer is no: paper out, cover open, weight in motion."""


class OutcomeUnknown(DeviceError):
    """The bytes left and no answer came: it may have happened, and only a person can tell."""
