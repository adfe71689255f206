"""A process for what takes more memory than all pages: it is given back whole when that ends."""

import asyncio
import os
import sys


class ChildError(OSError):
    """It did not end well: its exit status, None where it took too long."""

    def __init__(self, module: str, status: int | None) -> None:
        super().__init__(f"{module}: status {status}")
        self.status = status


async def output(module: str, *arguments: str, given: bytes = b"", patience: float) -> bytes:
    """What `python -m module` prints, of what it was given, in so many seconds. ChildError."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *arguments,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        env={"PATH": os.defpath, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    try:
        async with asyncio.timeout(patience):
            out, _ = await child.communicate(given)
    except TimeoutError as error:
        raise ChildError(module, None) from error
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode:
        raise ChildError(module, child.returncode)
    return out
