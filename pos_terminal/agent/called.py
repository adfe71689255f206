"""A server that a service calls. Whoever calls one says of its certificate before it ends."""

import asyncio
import ssl
from collections.abc import Collection, Mapping
from functools import partial
from typing import BinaryIO

from msgspec.structs import replace

from pos_terminal.agent import certificates
from pos_terminal.agent.https import Answer, fetch, post, target
from pos_terminal.agent.world import Agent


class CalledServer:
    """`hosts` are names that may be in the shop's own network; `ca` is a file with the one
    authority that is taken, the system's where there is none. `subject` is whose incident its
    certificate is: one of each server, for of two each would take back what the other reports.

    BadTarget for a `url` that is not to be called, OSError where the authority cannot be read.
    """

    def __init__(
        self, agent: Agent, subject: str, url: str, *, ca: str = "", hosts: Collection[str] = ()
    ) -> None:
        self._agent = agent
        self._subject = subject
        self._hosts = hosts
        self._tls = ssl.create_default_context(cafile=ca or None)
        self.target = target(url)

    async def call(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        """POST it; the answer, of whatever status. Takes https.post's time at most.

        BadTarget where it may not be sent, OSError where it did not arrive.
        """
        send = partial(post, self.target, body, headers, context=self._tls, allowed=self._hosts)
        return self._judged(await asyncio.to_thread(send))

    async def fetch(self, name: str, into: BinaryIO, most: int) -> Answer:
        """GET the file of that name beside the URL's, and write it, `most` bytes and one more.

        BadTarget and OSError as for `call`.
        """
        beside = replace(self.target, path=self.target.path.rpartition("/")[0] + f"/{name}")
        get = partial(fetch, beside, into, most, context=self._tls, allowed=self._hosts)
        return self._judged(await asyncio.to_thread(get))

    def _judged(self, answer: Answer) -> Answer:
        certificates.judge(self._agent.incidents, self._agent.clock, self._subject, answer.until)
        return answer
