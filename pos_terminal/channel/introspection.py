"""What any Varlink service tells of itself (<https://varlink.org/Service>)."""

from msgspec import Struct


class Info(Struct, frozen=True):
    """Who speaks here."""

    vendor: str
    product: str
    version: str
    url: str
    interfaces: list[str]


class DescriptionAsked(Struct, frozen=True):
    """The interface to be described."""

    interface: str


class Description(Struct, frozen=True):
    """An interface in Varlink's own words."""

    description: str
