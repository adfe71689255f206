"""Who answers which method: a table of handlers, and `org.varlink.service` to describe them."""

import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import Any, NamedTuple, TypeVar

import msgspec
from msgspec import Struct

from pos_terminal.channel import interface, varlink
from pos_terminal.channel.describe import described
from pos_terminal.channel.errors import Failed
from pos_terminal.channel.interface import INTERFACE, METHODS, SERVICE, Method, Nothing
from pos_terminal.channel.introspection import Description, DescriptionAsked, Info
from pos_terminal.channel.varlink import BadMessage, Call

P = TypeVar("P", bound=Struct)
R = TypeVar("R", bound=Struct)

Answer = Struct | Awaitable[Struct] | AsyncGenerator[Struct, None]
"""What a handler gives: its answer at once, in time, or one after the other."""

OF_SERVICE = """\
# Describes a service (https://varlink.org/Service).
interface org.varlink.service

method GetInfo() -> (
  vendor: string,
  product: string,
  version: string,
  url: string,
  interfaces: []string
)

method GetInterfaceDescription(interface: string) -> (description: string)

error InterfaceNotFound (interface: string)

error MethodNotFound (method: string)

error MethodNotImplemented (method: string)

error InvalidParameter (parameter: string)

error PermissionDenied ()

error ExpectedMore ()
"""
URL = "https://varlink.org"


class Peer(NamedTuple):
    """The process at the other end, as the kernel knew it when it connected (SO_PEERCRED)."""

    uid: int
    gid: int
    pid: int


class _Handler(NamedTuple):
    decoder: "msgspec.json.Decoder[Any]"
    answer: Callable[[Peer, Any], Answer]


class Dispatcher:
    """Finds a call's handler, and hands it its parameters as what they should be.

    A handler that answers at once is a plain function; one that waits is a coroutine function; one
    that goes on answering is an async generator function: its first answer comes without waiting,
    and is the only one where the caller did not ask for more; its end closes the connection.
    """

    def __init__(
        self,
        product: str,
        version: str,
        spoken: str = INTERFACE,
        methods: Sequence[Method[Any, Any]] = METHODS,
    ) -> None:
        self._info = Info("pos-terminal", product, version, URL, [SERVICE, spoken])
        self._spoken = spoken
        self._methods = methods
        self._handlers: dict[str, _Handler] = {}
        self.answer(interface.GET_INFO, self._get_info)
        self.answer(interface.GET_DESCRIPTION, self._describe)

    def answer(
        self,
        method: Method[P, R],
        answer: Callable[[Peer, P], R | Awaitable[R] | AsyncGenerator[R, None]],
    ) -> None:
        """Have that method answered by this handler."""
        self._handlers[method.name] = _Handler(msgspec.json.Decoder(method.asks), answer)

    def take(self, peer: Peer, call: Call) -> Answer:
        """What the call's handler gives; Failed where there is none, or not for such parameters."""
        handler = self._handlers.get(call.method)
        if handler is None or call.upgrade:
            raise self._not_found(call.method)
        try:
            asks = varlink.read_parameters(call.parameters, handler.decoder)
        except BadMessage as error:
            found = re.search(r"`\$?\.?(\w+)", str(error))
            raise _failed(interface.INVALID_PARAMETER, "parameter", found, error) from error
        return handler.answer(peer, asks)

    def _get_info(self, peer: Peer, asks: Nothing) -> Info:
        return self._info

    def _describe(self, peer: Peer, asks: DescriptionAsked) -> Description:
        if asks.interface == SERVICE:
            return Description(OF_SERVICE)
        if asks.interface == self._spoken:
            return Description(described(self._spoken, self._methods))
        named = {"interface": asks.interface}
        raise Failed(interface.INTERFACE_NOT_FOUND, msgspec.Raw(msgspec.json.encode(named)))

    def _not_found(self, method: str) -> Failed:
        known = method.rpartition(".")[0] in (SERVICE, self._spoken)
        name = interface.METHOD_NOT_FOUND if known else interface.INTERFACE_NOT_FOUND
        named = {"method": method} if known else {"interface": method.rpartition(".")[0]}
        return Failed(name, msgspec.Raw(msgspec.json.encode(named)))


def _failed(name: str, field: str, found: "re.Match[str] | None", error: Exception) -> Failed:
    named = {field: found[1] if found else str(error)}
    return Failed(name, msgspec.Raw(msgspec.json.encode(named)), str(error))
