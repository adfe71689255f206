"""What whoever looks after many shops says: `pos-terminal alerts watch --config FILE`."""

import ipaddress
import re
import tomllib
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Struct

from pos_service_alerts.settings import AlertsSettings
from pos_terminal.domain import faults, schema_errors
from pos_terminal.domain.faults import Failure
from pos_terminal.domain.file_errors import about
from pos_terminal.domain.health.incidents import ROOM, SECOND
from pos_terminal.domain.health.silence import CLOSED, LATE, Patience
from pos_terminal.domain.language import labelled, say
from pos_terminal.storage import toml

MOST = 500
"""Boxes of one receiver: each may have an open incident or two in a table of 1,000."""

assert 2 * MOST <= ROOM


class BadReceiverSettings(Failure):
    """The file cannot be used."""

    def __init__(self, why: str) -> None:
        super().__init__(faults.BAD_RECEIVER_SETTINGS, why)


class WatchedTill(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One `[[tills]]`: whose it is, its number, and the hash of its token, as `alerts token` prints
    them. Not the token: who reads the file is none of the boxes.
    """

    shop: str
    number: str
    token: str

    def __post_init__(self) -> None:
        if not self.shop.strip() or not self.shop.isprintable() or len(self.name) > 60:
            raise ValueError(say("{shop!r} n'est pas un nom de magasin", shop=self.shop))
        if not re.fullmatch("[0-9a-f]{64}", self.token):
            raise ValueError(say("token : les 64 chiffres que dit « alerts token »"))

    @property
    def name(self) -> str:
        """What its incidents are about, and what is muted."""
        return f"{self.shop} {self.number}"


class WatchSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`listen` is an address and a port; with `certificate` and `key`, files in PEM, HTTPS. Without
    it only this machine's own addresses are listened at, for a proxy that speaks HTTPS.

    `late` is after how many seconds a box that is expected counts as silent; `closed` for how many
    a shop that has made its Z and says no hours. `mail` is what `[service.alerts]` is on a box.
    """

    name: str = "Réception"
    language: str = "fr"
    zone: str = "Europe/Paris"
    listen: str = "127.0.0.1:8025"
    certificate: str = ""
    key: str = ""
    late: int = LATE // SECOND
    closed: int = CLOSED // SECOND
    mail: AlertsSettings
    tills: tuple[WatchedTill, ...]

    def __post_init__(self) -> None:
        address, _ = self.address
        if not self.certificate and not address.is_loopback:
            raise ValueError(
                say("listen : sans certificate, seules les adresses de ce poste (127.0.0.1)")
            )
        if bool(self.certificate) != bool(self.key):
            raise ValueError(say("certificate et key vont ensemble"))
        if not 1 <= len(self.tills) <= MOST:
            raise ValueError(say("tills : de 1 à {most} caisses", most=MOST))
        for what in ("name", "token"):
            found = [getattr(each, what) for each in self.tills]
            twice = next((each for each in found if found.count(each) > 1), None)
            if twice is not None:
                raise ValueError(say("tills : {twice} y est deux fois", twice=twice))
        if self.late < 60 or self.closed < self.late:
            raise ValueError(say("late : 60 secondes au moins ; closed : pas moins que late"))
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"zone: {self.zone!r}") from error

    @property
    def address(self) -> tuple[ipaddress.IPv4Address | ipaddress.IPv6Address, int]:
        """Where it listens; ValueError where `listen` is none."""
        host, _, port = self.listen.rpartition(":")
        if not port.isdecimal() or int(port) > 65535:
            raise ValueError(say("listen : une adresse et un port, « 0.0.0.0:8443 »"))
        return ipaddress.ip_address(host.strip("[]")), int(port)

    @property
    def patience(self) -> Patience:
        """How long silence is taken for nothing."""
        return Patience(self.late * SECOND, self.closed * SECOND)


def read(file: Path) -> WatchSettings:
    """The settings in that file; BadReceiverSettings where there are none, or it is wrong."""
    try:
        return msgspec.convert(toml.tables(file.read_text()), WatchSettings)
    except OSError as error:
        raise BadReceiverSettings(about(error, file)) from None
    except msgspec.ValidationError as error:
        raise BadReceiverSettings(labelled(file, schema_errors.reason(str(error)))) from None
    except UnicodeDecodeError:
        raise BadReceiverSettings(say("{file} : n'est pas un texte en UTF-8", file=file)) from None
    except tomllib.TOMLDecodeError as error:
        why = say("ce n'est pas du TOML : {error}", error=error)
        raise BadReceiverSettings(labelled(file, why)) from None
