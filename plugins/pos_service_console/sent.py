"""Forms that were sent twice: a second tap, or a page asked for anew, does nothing anew."""

import asyncio
from collections.abc import Awaitable, Callable
from hashlib import sha256

import msgspec
from msgspec import Struct

from pos_terminal.agent.console_pages import Answer, Asked, Download
from pos_terminal.domain.staff.grants import AT_ONCE


class _Form(Struct):
    """What was sent, under the name that its page gave it; None: it came to nothing.

    A catalogue of 8 MiB is a form, too: what is held of one is its hash.
    """

    once: str
    said: bytes
    answer: "asyncio.Future[Answer | None]"


class Sent:
    """The last form of each sign-in: whoever sends it again has the same answer.

    The same is what says the same: who goes back and types another thing means it.
    """

    def __init__(self) -> None:
        self._last: dict[str, _Form] = {}

    async def answer(
        self, asked: Asked, once: str, answer: Callable[[Asked], Awaitable[Answer]]
    ) -> Answer:
        """What is answered; of the form of that name, what was answered or is about to be.

        Raises what `answer` raises: then the form may be sent again.
        """
        if not once:
            return await answer(asked)
        key, said = asked.visitor.key, sha256(msgspec.msgpack.encode(asked)).digest()
        while last := self._last.get(key):
            if (last.once, last.said) != (once, said):
                break
            found = await asyncio.shield(last.answer)
            if found is not None:
                return found
        form = _Form(once, said, asyncio.get_running_loop().create_future())
        self._last.pop(key, None)
        while len(self._last) >= AT_ONCE:
            del self._last[next(iter(self._last))]
        self._last[key] = form
        kept: Answer | None = None
        try:
            found = await answer(asked)
            kept = None if isinstance(found, Download) else found  # whose parts come once
            return found
        finally:
            if kept is None and self._last.get(key) is form:
                del self._last[key]
            form.answer.set_result(kept)
