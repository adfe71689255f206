"""A call as bytes, and its answer out of bytes: what both kinds of client share. Pure."""

from typing import TypeVar

import msgspec
from msgspec import Struct

from pos_terminal.channel import interface, varlink
from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.interface import ErrorParameters, Method
from pos_terminal.channel.varlink import BadMessage, Call, Reply
from pos_terminal.domain import faults
from pos_terminal.domain.faults import Fault

P = TypeVar("P", bound=Struct)
R = TypeVar("R", bound=Struct)

_TROUBLE = msgspec.json.Decoder(ErrorParameters)
_OTHER_VERSION = {
    interface.METHOD_NOT_FOUND,
    interface.INTERFACE_NOT_FOUND,
    interface.METHOD_NOT_IMPLEMENTED,
    interface.INVALID_PARAMETER,
}


def asked(method: Method[P, R], asks: P, *, more: bool = False) -> bytes:
    """The message of a call; ChannelError where it is too long for one."""
    try:
        return varlink.message(Call(method.name, varlink.parameters(asks), more))
    except BadMessage as error:
        raise ChannelError(faults.BAD_REQUEST, str(error)) from error


def answered(method: Method[P, R], received: bytes) -> tuple[R, bool]:
    """What was answered, and whether more follows.

    ChannelError with the till's own fault, or one that says that till and caller are of different
    versions.
    """
    try:
        reply = varlink.read_reply(received)
    except BadMessage as error:
        raise ChannelError(faults.CHANNEL_BROKEN, f"{method.name}: {error}") from error
    if reply.error:
        raise _failure(method, reply)
    try:
        decoder = msgspec.json.Decoder(method.answers)
        return varlink.read_parameters(reply.parameters, decoder), reply.continues
    except BadMessage as error:
        raise ChannelError(faults.OTHER_VERSION, f"{method.name}: {error}") from error


def _failure(method: Method[P, R], reply: Reply) -> ChannelError:
    if reply.error in _OTHER_VERSION:
        detail = f"{method.name}: {reply.error} {bytes(reply.parameters).decode(errors='replace')}"
        return ChannelError(faults.OTHER_VERSION, detail)
    try:
        said = varlink.read_parameters(reply.parameters, _TROUBLE).fault
    except BadMessage as error:
        return ChannelError(faults.OTHER_VERSION, f"{method.name}: {reply.error}: {error}")
    return ChannelError(_fault(said), said.detail)


def _fault(said: interface.Fault) -> Fault:
    """The fault by its code; one that only the till's version knows, in the till's own words."""
    try:
        return faults.by_code(said.code)
    except KeyError:
        return Fault(said.code, said.text, said.detail, said.remedy)
