"""Scanner and scale on the nodes of USB serial devices, with umockdev."""

from tests.support.under_umockdev import play


def test_scan_weigh_unplug_replug_on_device_nodes() -> None:
    play("serial_scenario")
