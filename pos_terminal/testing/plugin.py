"""A pytest plug-in for drivers' own tests: `pytest_plugins = ["pos_terminal.testing.plugin"]`.

A test with the argument `transport` runs over the four of them, one with `faithful` over the three
over which everything has to work as over the first.
"""

import pytest

from pos_terminal.testing.transports import FAITHFUL, Transport, lossy

TRANSPORTS = (*FAITHFUL, lossy(7, 0.02))


@pytest.fixture(params=TRANSPORTS, ids=str)
def transport(request: pytest.FixtureRequest) -> Transport:
    """Each of the four transports."""
    chosen: Transport = request.param
    return chosen


@pytest.fixture(params=FAITHFUL, ids=str)
def faithful(request: pytest.FixtureRequest) -> Transport:
    """Each transport that loses nothing."""
    chosen: Transport = request.param
    return chosen
