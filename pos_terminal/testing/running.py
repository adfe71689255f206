"""Async test bodies in plain test functions."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

PATIENCE = 20.0
"""Seconds after which a test that still waits has failed; never a measure of speed."""


async def watched(work: Coroutine[Any, Any, T]) -> T:
    """The body's result; AssertionError where it leaves a task behind that nobody awaits."""
    result = await work
    left = asyncio.all_tasks() - {asyncio.current_task()}
    assert not left, f"tasks left behind: {left}"
    return result


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run an async test body; fail if it leaves a task behind that nobody awaits."""
    return asyncio.run(watched(work))
