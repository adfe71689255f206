"""Scanner and keypad on character devices: nodes, names, ioctls and live events of umockdev."""

from tests.support.under_umockdev import play


def test_scan_press_unplug_replug_on_device_nodes() -> None:
    play("evdev_scenario")
