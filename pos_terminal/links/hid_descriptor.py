"""What a HID report descriptor says of the input reports: which usage stands where. No I/O.

Source: Device Class Definition for Human Interface Devices 1.11, 6.2.2 (items, their order, usages
that run out repeat the last one).
"""

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

_MAIN, _GLOBAL, _LOCAL = 0, 1, 2
_INPUT, _CONSTANT = 8, 1
_LONG_ITEM = 0xFE
_MOST_BITS = 1 << 16
"""Of one report: beyond any device's, so that a mad descriptor costs neither time nor memory."""


class DescriptorError(ValueError):
    """The bytes are no report descriptor."""


class Field(Struct, frozen=True):
    """`count` values of `size` bits for a usage (its page in the upper half), from bit `at` on.

    `report` is the number of its report, with which the report then begins; 0: reports have none.
    `at` counts from behind that number.
    """

    report: int
    usage: int
    at: int
    size: int
    count: int = 1

    def values(self, report: bytes) -> list[int]:
        """Its values in a report without its number. DescriptorError when that is too short."""
        if self.at + self.size * self.count > 8 * len(report):
            raise DescriptorError(f"a report of {len(report)} bytes has no {self.usage:#x}")
        bits = int.from_bytes(report, "little") >> self.at
        mask = (1 << self.size) - 1
        return [bits >> place * self.size & mask for place in range(self.count)]


class _Global(Struct, frozen=True):
    page: int = 0
    size: int = 0
    count: int = 0
    report: int = 0


def input_fields(descriptor: bytes) -> list[Field]:
    """The fields of all input reports, in their order. DescriptorError when it cannot be read."""
    now, kept = _Global(), list[_Global]()
    usages: list[int] = []
    lowest: int | None = None
    ends: dict[int, int] = {}
    fields: list[Field] = []
    for kind, tag, value in _items(descriptor):
        if kind == _GLOBAL:
            now = _globally(now, kept, tag, value)
        elif kind == _LOCAL and tag == 0:
            usages.append(value)
        elif kind == _LOCAL and tag == 1:
            lowest = value
        elif kind == _LOCAL and tag == 2 and lowest is not None:
            usages.extend(range(lowest, min(value, lowest + 255) + 1))
        elif kind == _MAIN:
            if tag == _INPUT:
                at = ends.get(now.report, 0)
                ends[now.report] = at + now.size * now.count
                if ends[now.report] > _MOST_BITS:
                    raise DescriptorError("reports without measure")
                if not value & _CONSTANT:
                    fields += _split(now, usages, at)
            # Of each main item, collections too: what is local is used up by it.
            usages, lowest = [], None
    return fields


def _items(descriptor: bytes) -> Iterator[tuple[int, int, int]]:
    """Type, tag and value of each short item; long ones, which nobody has defined, are left out."""
    at = 0
    while at < len(descriptor):
        prefix = descriptor[at]
        if prefix == _LONG_ITEM:
            at += 3 + (descriptor[at + 1] if at + 1 < len(descriptor) else 0)
            continue
        size = (0, 1, 2, 4)[prefix & 3]
        data = descriptor[at + 1 : at + 1 + size]
        if len(data) < size:
            raise DescriptorError("ends within an item")
        yield prefix >> 2 & 3, prefix >> 4, int.from_bytes(data, "little")
        at += 1 + size


def _globally(now: _Global, kept: list[_Global], tag: int, value: int) -> _Global:
    if tag == 0xA:
        kept.append(now)
        return now
    if tag == 0xB:
        if not kept:
            raise DescriptorError("pops what was not pushed")
        return kept.pop()
    name = {0: "page", 7: "size", 8: "report", 9: "count"}.get(tag)
    return replace(now, **{name: value}) if name else now


def _whole(now: _Global, usage: int) -> int:
    """A usage with its page; one of four bytes brings its own.

    The page is the last before the *main* item, be it behind the usage (HID 1.11, 6.2.2.8).
    """
    return usage if usage > 0xFFFF else now.page << 16 | usage


def _split(now: _Global, usages: list[int], at: int) -> Iterator[Field]:
    """A field for each usage; the last one has all that remains."""
    for place, usage in enumerate(usages[: now.count]):
        count = now.count - place if place == len(usages) - 1 else 1
        yield Field(now.report, _whole(now, usage), at + place * now.size, now.size, count)
