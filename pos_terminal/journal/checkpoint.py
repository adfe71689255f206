"""Checkpoints: signed, the journal's length, tree and state, from which a start goes on. Pure.

One is made every `EVERY` records, at each closure, where keys come into force, and at a stop that
was meant, in the same transaction as the record that it is of. Its body is canonical JSON as a
record's:

========  =========================================================================
at        the local time of record `size`
frontier  the hashes of the tree's right edge, the largest subtree first
head      hash of record `size`
key       id of the key that signs this, and the next record
root      RFC 6962 tree hash over the hashes of records 1 to `size`
size      how many records there are
state     what a restart needs: see State
v         version of this format: 1
========  =========================================================================

A later version of the program may add fields to the state, each with a default, and then raises
VERSION by one. An earlier one passes over them and sells on; the checkpoints that it writes lack
them. Whoever goes on from a checkpoint begins what it lacks at the default, and so does whoever
counts again: state is never guessed. A change that is no addition raises VERSION by BREAKING.
"""

from typing import Any, NamedTuple

import msgspec

from pos_terminal.domain.audit.identity import Identity
from pos_terminal.domain.audit.setup import Setup
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.period import PeriodClosed, Purged
from pos_terminal.domain.events.system import (
    KeyMade,
    KeyReplaced,
    KeyRotated,
    TillHandedOver,
    TillStopped,
)
from pos_terminal.domain.language import labelled, say
from pos_terminal.domain.period.book import Book
from pos_terminal.domain.staff.clerks import SignedOn
from pos_terminal.domain.staff.grants import Grants
from pos_terminal.domain.staff.pin_lock import Tries
from pos_terminal.journal.codec import Counts
from pos_terminal.journal.merkle import Frontier
from pos_terminal.journal.record import Running
from pos_terminal.journal.unreadable import UNREADABLE

EVERY = 256
"""Records from one checkpoint to the next at most: what a start reads, and the tail exposed."""

VERSION = 1
BREAKING = 1000
"""More than there will ever be additions between two such changes: the thousands count those, and a
version that knows as many may read what the other wrote."""

BEHIND: frozenset[type[Event]] = frozenset(
    {PeriodClosed, Purged, KeyMade, KeyRotated, KeyReplaced, TillHandedOver, TillStopped}
)
"""The events behind which there is one in any case."""


class Seal(NamedTuple):
    """A row of the table `checkpoint`, as stored."""

    size: int
    body: bytes
    sig: bytes


class State(msgspec.Struct, frozen=True, kw_only=True):
    """What runs through the records, and cannot be read from the last one alone.

    `opened` has each open sale with its first record; `net` and `absolute` of `book` are the
    perpetual totals; `wrong` has operators with their wrong PINs and the end of their lock;
    `purged` is the last record that a purge may have emptied.
    """

    book: Book
    closed: int
    counts: Counts
    opened: tuple[tuple[int, int], ...]
    operator: int
    setup: Setup
    signed_on: SignedOn = SignedOn()
    wrong: tuple[tuple[int, int, int], ...] = ()
    grants: Grants = Grants()
    purged: int = 0


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    """A checkpoint's fields, as in the table above."""

    at: str
    frontier: tuple[str, ...]
    head: str
    key: str
    root: str
    size: int
    state: State
    v: int

    @property
    def tree(self) -> Frontier:
        """The tree to go on from; ValueError where it is none, or not of this root."""
        tree = Frontier(self.size, tuple(bytes.fromhex(peak) for peak in self.frontier))
        if tree.root.hex() != self.root:
            raise ValueError(say("son bord ne donne pas sa racine"))
        return tree

    def running(self, identity: Identity) -> Running:
        """The state to go on from."""
        return Running(
            identity=identity,
            seq=self.size,
            head=bytes.fromhex(self.head),
            operator=self.state.operator,
            signed_on=self.state.signed_on,
            counts=self.state.counts,
            opened=dict(self.state.opened),
            closed=self.state.closed,
            book=self.state.book,
            setup=self.state.setup,
            grants=self.state.grants,
            wrong={number: Tries(wrong, until) for number, wrong, until in self.state.wrong},
            key=self.key,
            purged=self.state.purged,
        )


_ENCODER = msgspec.json.Encoder(order="sorted")
_DECODER = msgspec.json.Decoder(Checkpoint)


def is_due(event: Event, seq: int) -> bool:
    """Is there a checkpoint behind record `seq`?"""
    # Behind a closure, because a purge may end there; behind keys, because the next start reads
    # here which are in force; behind a purge, because whoever meets emptied records looks here
    # whether that was decided; behind a stop, because the next start checks every signature that
    # lies behind the last one, and a shop that opens waits for it.
    return seq % EVERY == 0 or type(event) in BEHIND


def state(running: Running) -> State:
    """The part of a running state that a checkpoint keeps beside what it is of."""
    return State(
        book=running.book,
        closed=running.closed,
        counts=running.counts,
        opened=tuple(sorted(running.opened.items())),
        operator=running.operator,
        signed_on=running.signed_on,
        setup=running.setup,
        grants=running.grants,
        purged=running.purged,
        wrong=tuple(
            (number, tries.wrong, tries.until) for number, tries in sorted(running.wrong.items())
        ),
    )


def body(running: Running, tree: Frontier, at: str) -> bytes:
    """The bytes that are signed and kept."""
    return _ENCODER.encode(
        Checkpoint(
            at=at,
            frontier=tuple(peak.hex() for peak in tree.peaks),
            head=running.head.hex(),
            key=running.key,
            root=tree.root.hex(),
            size=running.seq,
            state=state(running),
            v=VERSION,
        )
    )


def is_readable(version: int) -> bool:
    """Whether this version of the program may go on from a checkpoint of that version."""
    # A newer version that only adds may be taken back: an update must not be a trap.
    return version // BREAKING <= VERSION // BREAKING


def says(stored: bytes, running: Running) -> bool:
    """Does a checkpoint say this state? One of another version, as far as both know it."""
    said, made = read(stored), state(running)
    if said.v == VERSION:
        return said.state == made
    return _agree(msgspec.json.decode(stored)["state"], msgspec.to_builtins(made))


def _agree(one: Any, other: Any) -> bool:
    """The same in every field that both have."""
    match one, other:
        case dict(), dict():
            return all(_agree(one[name], other[name]) for name in one.keys() & other.keys())
        case list(), list() | tuple():
            return len(one) == len(other) and all(map(_agree, one, other))
        case _:
            return bool(one == other)


def read(stored: bytes) -> Checkpoint:
    """What a checkpoint says; ValueError where it is none."""
    try:
        return _DECODER.decode(stored)
    except UNREADABLE as error:
        raise ValueError(labelled(say("ce n'est pas un point de contrôle"), error)) from error
