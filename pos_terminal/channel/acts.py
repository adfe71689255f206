"""What `Do` can do: acts by name, each with the type of its arguments."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec
from msgspec import Raw, Struct

from pos_terminal.channel import varlink
from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.varlink import EMPTY, BadMessage
from pos_terminal.domain import faults
from pos_terminal.domain.language import say

A = TypeVar("A", bound=Struct)


class Actor(NamedTuple):
    """Who has an act done: the user's number at the far end, and the grant, 0 for none.

    Without a grant it is root or the till's own user: whoever is at the box itself.
    """

    uid: int
    grant: int = 0


class Act(Struct, Generic[A], frozen=True):
    """What takes such arguments, and does it: returns once it is durable, with JSON's kinds or
    Structs as its result. Raises ChannelError where it cannot be done, and then nothing is.
    """

    takes: type[A]
    do: Callable[[A, Actor], Awaitable[Any]]


Acts = Mapping[str, Act[Any]]
"""By their names: a word for what they are about, a dot, what they do: «clerk.add»."""


async def perform(acts: Acts, name: str, arguments: Raw, actor: Actor) -> Raw:
    """Have an act done; its result. ChannelError where there is none, or not with these arguments.

    Which acts an actor may have done is decided before.
    """
    act = acts.get(name)
    if act is None:
        raise ChannelError(
            faults.OTHER_VERSION, say("cette caisse ne connaît pas l'acte «{name}»", name=name)
        )
    try:
        given = arguments if bytes(arguments) != b"null" else EMPTY
        asked = varlink.read_parameters(given, msgspec.json.Decoder(act.takes))
    except BadMessage as error:
        raise ChannelError(faults.BAD_REQUEST, f"{name}: {error}") from error
    return Raw(msgspec.json.encode(await act.do(asked, actor)))
