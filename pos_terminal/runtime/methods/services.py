"""Settings: what the agent's services are told, as the configuration has it."""

import msgspec
from msgspec import Raw

from pos_terminal.channel import interface
from pos_terminal.runtime.settings import Settings


def told(settings: Settings) -> interface.Settings:
    """What services may know: whose till it is, and their own tables."""
    return interface.Settings(
        shop=settings.identity.shop.name,
        store=settings.identity.store,
        terminal=settings.identity.terminal,
        language=settings.language,
        zone=settings.zone.key,
        services=list(settings.services),
        tables=Raw(msgspec.json.encode(settings.service_tables)),
        hours=list(settings.identity.shop.hours),
        phone=settings.identity.support.phone,
        page=settings.identity.support.page,
    )
