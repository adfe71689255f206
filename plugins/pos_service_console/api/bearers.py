"""Whose token a request shows: the till says it, and nothing of a token is kept here.

It is asked anew once a second at most, so that a token that was ended opens nothing any more.
"""

from collections import OrderedDict
from collections.abc import Mapping
from hashlib import sha256

import apsw
from msgspec import Struct

from pos_service_console.api import problem
from pos_service_console.api.problem import Refusal
from pos_service_console.buckets import Buckets
from pos_terminal.agent.world import Agent
from pos_terminal.channel.api import Bearer, BearerAsked
from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.interface import BEARER
from pos_terminal.domain import faults
from pos_terminal.storage.worker import Worker

SCHEMA = """
CREATE TABLE used (number INTEGER PRIMARY KEY, at INTEGER NOT NULL) STRICT;
"""

FRESH = 1.0
"""Seconds for which the till's answer holds."""

KNOWN = 64
"""Tokens whose answer is remembered."""

AT_ONCE, A_SECOND = 60, 20
"""Requests of one token."""

WRONG_AT_ONCE, WRONG_A_SECOND = 60, 5
"""Tokens that are none, from one address: nobody guesses one, but each costs the till a look."""

SELDOM = 60_000_000
"""µs between two times that a token's use is written down: a card wears out."""


class Shown(Struct, frozen=True):
    """A token that stands, with its secret, which goes to the till with what is done by it."""

    bearer: Bearer
    secret: str


async def last_used(store: Worker) -> Mapping[int, int]:
    """When each was last used, by its number: µs UTC, to the minute."""

    def read(db: apsw.Connection) -> dict[int, int]:
        return {int(number): int(at) for number, at in db.execute("SELECT number, at FROM used")}

    return await store.do(read)


class Bearers:
    """Knows them."""

    def __init__(self, agent: Agent, store: Worker) -> None:
        self._agent = agent
        self._store = store
        self._known: OrderedDict[str, tuple[float, Bearer]] = OrderedDict()
        self._requests = Buckets(AT_ONCE, A_SECOND)
        self._wrong = Buckets(WRONG_AT_ONCE, WRONG_A_SECOND)
        self._noted: dict[int, int] = {}

    async def of(self, authorization: str, address: str, scope: str) -> Shown:
        """Who asks for something of that scope. Refusal, or ChannelError where the till is away."""
        kind, _, secret = authorization.partition(" ")
        secret = secret.strip()
        if kind.lower() != "bearer" or not secret:
            raise Refusal(problem.NO_TOKEN, www_authenticate="Bearer")
        bearer = await self.stands(secret, address)
        if not self._requests.may(str(bearer.number)):
            raise Refusal(problem.TOO_OFTEN, retry_after="1")
        await self._note(bearer.number)
        if scope not in bearer.scope:
            raise Refusal(problem.NO_SCOPE, scope)
        return Shown(bearer, secret)

    async def stands(self, secret: str, address: str = "") -> Bearer:
        """What that token allows now. Refusal where it is none."""
        key, now = sha256(secret.encode()).hexdigest(), self._agent.clock.monotonic()
        then, bearer = self._known.get(key, (0.0, None))
        if bearer is not None and now - then < FRESH:
            return bearer
        # Before the till is asked: that is what it is spared. Who is known already has guessed
        # nothing, and is no worse off for a neighbour behind the same address.
        if bearer is None and self._wrong.empty(address):
            raise Refusal(problem.TOO_OFTEN, retry_after="10", connection="close")
        try:
            bearer = await self._agent.till.call(BEARER, BearerAsked(secret))
        except ChannelError as error:
            self._known.pop(key, None)
            if error.fault is not faults.NOT_GRANTED:
                raise
            self._wrong.may(address)
            raise Refusal(
                problem.BAD_TOKEN, www_authenticate='Bearer error="invalid_token"'
            ) from error
        self._known[key] = now, bearer
        while len(self._known) > KNOWN:
            self._known.popitem(last=False)
        return bearer

    async def _note(self, number: int) -> None:
        now = self._agent.clock.utc()
        if now - self._noted.get(number, 0) < SELDOM:
            return
        self._noted[number] = now

        def note(db: apsw.Connection) -> None:
            db.execute("INSERT OR REPLACE INTO used VALUES (?, ?)", (number, now))

        await self._store.do(note)
