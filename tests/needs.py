"""Tools that a test cannot do without, and that a machine may lack."""

import os

import pytest


def need(condition: bool, what: str, how: str) -> None:
    """Skip the test when `condition` is false, naming the command that helps; fail it under CI."""
    if condition:
        return
    message = f"{what} is missing; it comes with: {how}"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)
