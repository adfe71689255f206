"""At whose command an act is done, and what of it is recorded."""

from collections.abc import Awaitable, Callable, Sequence

from msgspec import Struct

from pos_terminal.channel.acts import Actor
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.system import CommandGiven


class By(Struct, frozen=True):
    """The operating system's user who gave the command, as the command found him.

    `login` is who had logged in, where that is another: root by sudo is somebody.
    """

    uid: int
    user: str
    login: str = ""


class Asked(Struct, frozen=True, kw_only=True):
    """The arguments of an act."""

    by: By | None = None


def given(command: str, asked: Asked, actor: Actor) -> CommandGiven:
    """The record of who gave the command.

    `by` is believed of the till's own user and of root, who alone may do without a grant: they
    could write whatever they like themselves. Of whoever comes with a grant it is not.
    """
    if actor.grant or asked.by is None:
        return CommandGiven(command=command, uid=actor.uid, user="", grant=actor.grant)
    by = asked.by
    return CommandGiven(command=command, uid=by.uid, user=by.user, login=by.login)


Append = Callable[[Sequence[Event]], Awaitable[object]]


def led(append: Append, first: CommandGiven) -> Append:
    """The same, with `first` in front of what is appended first: nothing, where nothing follows."""
    waiting: list[Event] = [first]

    async def appended(events: Sequence[Event]) -> None:
        before = [*waiting]
        waiting.clear()
        await append([*before, *events])

    return appended
