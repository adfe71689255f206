"""A change at a till, as a mail tells it: a time, a word or two, and no person. Pure."""

from msgspec import Struct

from pos_service_alerts.words import Say
from pos_terminal.domain.notation import short_day_and_hour

DEVICE = "device"
"""The kind of a change that no record tells: another device answers under a name."""


class Changed(Struct, frozen=True):
    """A change: when (local time), its kind, and the facts that may be told."""

    at: str
    kind: str
    facts: dict[str, str] = {}


def told(change: Changed, say: Say) -> str:
    """«08/10 17:02 réglages»."""
    words = {
        "configuration.changed": say("réglages"),
        "catalog.changed": say("catalogue"),
        "promotions.changed": say("promotions"),
        "version.changed": say("version {before} -> {after}"),
        "clerk.changed": say("vendeurs"),
        "clerks.found": say("vendeurs"),
        "key.made": say("clés de signature"),
        "key.rotated": say("clés de signature"),
        "till.handed_over": say("clés de signature"),
        "signer.down": say("signature en panne"),
        "clock.jumped": say("horloge remise à l'heure"),
        "command.given": say("commande « {command} »"),
        "grant.given": say("autorisation donnée"),
        "grant.used": say("autorisation utilisée"),
        "grant.ended": say("autorisation finie"),
        DEVICE: say("autre appareil : {name}, {identity}"),
    }
    what = words.get(change.kind, change.kind).format(**change.facts)
    return f"{short_day_and_hour(change.at)} {what}"
