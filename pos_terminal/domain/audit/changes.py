"""What changed at a till, for whoever asks why it works no more: kinds of records. Pure."""

from pos_terminal.domain.events.grants import (
    GrantEnded,
    GrantGiven,
    GrantUsed,
    SupportCommanded,
    SupportOpened,
)
from pos_terminal.domain.events.staff import ClerkChanged, ClerksFound
from pos_terminal.domain.events.system import (
    CatalogChanged,
    ClockJumped,
    CommandGiven,
    CompanyIdentified,
    ConfigurationChanged,
    KeyMade,
    KeyReplaced,
    KeyRotated,
    ProgramFound,
    PromotionsChanged,
    SignerDown,
    TillHandedOver,
    VersionChanged,
)

CHANGES = frozenset(
    event.kind
    for event in (
        CatalogChanged, PromotionsChanged, ConfigurationChanged, VersionChanged, ClerkChanged,
        ClerksFound, KeyMade, KeyRotated, KeyReplaced, TillHandedOver, SignerDown, ClockJumped,
        CommandGiven, ProgramFound, CompanyIdentified, GrantGiven, GrantUsed, GrantEnded,
        SupportOpened, SupportCommanded,
    )
)  # fmt: skip
"""Settings with their devices, catalogue, promotions, version, clerks, keys, clock; and whoever
was at it from outside. What is sold, opened or closed is a till's ordinary day, and no change."""
