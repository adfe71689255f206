"""Opening a printer: its link, its first bytes, and its profile, which arrives later."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from msgspec.structs import replace

from pos_driver_escpos.printer import EscposPrinter
from pos_driver_escpos.profile import Profile, ProfileError, load
from pos_driver_escpos.settings import EscposSettings
from pos_terminal.devices.classes import Printer, PrinterStatus
from pos_terminal.domain.faults import PRINTER_OFFLINE
from pos_terminal.domain.receipt import Receipt
from pos_terminal.links.faults import device_errors

log = logging.getLogger(__name__)


class ProfileSource:
    """The profile of one printer: loaded beside everything else, asked for by each receipt."""

    # Shared, as a printer may come back; by model, logo and columns.
    _known: dict[tuple[str, str, int | None], Profile] = {}  # noqa: RUF012

    def __init__(self, settings: EscposSettings) -> None:
        self._settings = settings
        self._key = (settings.profile, settings.logo, settings.columns)
        self._profile = Profile()
        self._done = asyncio.Event()
        self._waited = False

    async def load(self) -> None:
        """Fetch the profile unless it is known.

        What it lacks is logged; where there is none, that is, and the defaults stand.
        """
        if known := self._known.get(self._key):
            self._profile = known
        else:
            name = self._settings.profile
            try:
                answer = await load(*self._key)
            except ProfileError as error:
                log.error("printer profile %r: %s; using defaults", name, error)
            else:
                self._profile = answer.profile
                if not answer.problems:  # what was lacking may be there at the next opening
                    self._known[self._key] = answer.profile
                for problem in answer.problems:
                    log.error("printer profile %r: %s; going on without", name, problem)
        self._done.set()

    async def get(self) -> Profile:
        """The profile with the settings' overrides, or the defaults with them while it is late.

        Only the first receipt waits for it, `profile_wait` seconds.
        """
        if not (self._done.is_set() or self._waited):
            self._waited = True
            try:
                async with asyncio.timeout(self._settings.profile_wait):
                    await self._done.wait()
            except TimeoutError:
                log.warning("printer profile %r is late; using defaults", self._settings.profile)
        return self._overridden()

    def _overridden(self) -> Profile:
        profile, settings = self._profile, self._settings
        if settings.columns is not None:
            profile = profile.of_width(settings.columns)
        page = profile.code_page if settings.code_page is None else settings.code_page
        return replace(
            profile,
            code_page=page,
            codec=settings.encoding or profile.codec,
            kanji=settings.cancel_kanji,
        )


@asynccontextmanager
async def open_printer(settings: EscposSettings) -> AsyncIterator[Printer]:
    """A `Driver.open`. Prints nothing, nor anything again. Raises DeviceLost, DeviceTimeout."""
    if settings.acknowledge == "none":
        log.warning("printer: acknowledge = none, so a receipt counts as printed once it is sent")
    async with AsyncExitStack() as stack:
        source = ProfileSource(settings)
        # Connected first: one that is not there is tried again and again, and needs no profile.
        connection = connected(settings, source)
        printer: Printer = await stack.enter_async_context(connection)
        if settings.shared:
            await stack.aclose()
            printer = SharedPrinter(settings, source)
        await stack.enter_async_context(_loading(source))
        yield printer


@asynccontextmanager
async def connected(settings: EscposSettings, source: ProfileSource) -> AsyncIterator[Printer]:
    """The printer over a link of its own. Raises as `open_printer` does."""
    async with AsyncExitStack() as stack:
        with device_errors(offline=PRINTER_OFFLINE, mute=PRINTER_OFFLINE):
            link = await stack.enter_async_context(settings.link())
        printer = EscposPrinter(link, settings, source.get)
        await printer.initialise()
        yield printer


class SharedPrinter:
    """A `Printer` that others use between two of our receipts. It is gone when it is needed."""

    def __init__(self, settings: EscposSettings, source: ProfileSource) -> None:
        self._settings = settings
        self._source = source
        self._turn = asyncio.Lock()  # one connection: a second would wait behind our own

    async def gone(self) -> None:
        """Wait for ever: there is no link that could be lost."""
        await asyncio.Event().wait()

    async def print(self, receipt: Receipt) -> PrinterStatus | None:
        """See `Printer.print`."""
        async with self._connected() as printer:
            return await printer.print(receipt)

    async def status(self) -> PrinterStatus:
        """See `Printer.status`."""
        async with self._connected() as printer:
            return await printer.status()

    async def pulse(self, pin: int) -> None:
        """See `Printer.pulse`."""
        async with self._connected() as printer:
            await printer.pulse(pin)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[Printer]:
        async with self._turn, connected(self._settings, self._source) as printer:
            yield printer


@asynccontextmanager
async def _loading(source: ProfileSource) -> AsyncIterator[None]:
    """Load beside the body; loading raises nothing, so what the group raises is the body's."""
    try:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(source.load())
            try:
                yield
            finally:
                task.cancel()
    except BaseExceptionGroup as raised:
        raise raised.exceptions[0] from None
