"""A shop that sells, shown live in a terminal: display, paper, drawer, keys, journal, figures."""

import asyncio
import logging
import shutil
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import zip_longest

from pos_terminal.domain.language import say
from pos_terminal.domain.notation import day, euros, hour
from pos_terminal.domain.screen import Screen
from pos_terminal.journal.record import Record
from pos_terminal.replay.day_sales import DaySums, columns
from pos_terminal.replay.observer import Observer
from pos_terminal.runtime.far_ends import CutPaper, DrawerPulse, PaperLine

EVERY = 0.04
"""Seconds between two drawings at least."""

DRAWER_OPEN = 0.25
"""Seconds for which the drawer is drawn open after a pulse."""

LEFT = 42
PAPER = 48
JOURNAL = 8
KEYS = 4
PLOT = 5
BREATHS = 3.0
"""Pauses in a ticket of average length."""

UNHURRIED, FIRST = 0.45, 6
"""Seconds for each pause in so many tickets at first, so that people can follow."""

SIMULATED = " (simulation)"
"""What every record says at its end, and the picture once in its title."""

RESET, BOLD, DIM = "\x1b[0m", "\x1b[1m", "\x1b[2m"
GREEN, YELLOW, CYAN, RED = "\x1b[32m", "\x1b[33m", "\x1b[36m", "\x1b[31m"
VFD = "\x1b[1;38;5;51;48;5;17m"
WHITE = "\x1b[38;5;16;48;5;255m"


class View(Observer):
    """Draws while it is `shown`. `describe` puts a record on one line.

    `seconds` is how long the whole should take to watch; None is as quick as it goes.
    """

    def __init__(
        self, title: str, describe: Callable[[Record], str], seconds: float | None = None
    ) -> None:
        self.day = DaySums()
        self.last_paper: tuple[PaperLine, ...] = ()
        self._title = title
        self._describe = describe
        self._seconds = seconds
        self._screen = Screen()
        self._paper: deque[str] = deque(maxlen=100)
        self._journal: deque[str] = deque(maxlen=JOURNAL)
        self._keys: deque[str] = deque(maxlen=KEYS)
        self._warning = ""
        self._drawer_until = self._drawn = 0.0
        self._tickets = self._done = self._first = 0
        self._began = time.monotonic()

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Take the terminal, and give it back as it was, however this ends."""
        log = _Log(self)
        logging.getLogger().addHandler(log)
        sys.stdout.write("\x1b[?1049h\x1b[?25l\x1b[2J")
        try:
            yield
        finally:
            sys.stdout.write("\x1b[?25h\x1b[?1049l")
            sys.stdout.flush()
            logging.getLogger().removeHandler(log)

    def on_begin(self, tickets: int, sold: int) -> None:
        """See Watcher."""
        self._tickets, self._done, self._first = tickets, sold, sold
        self._began = time.monotonic()
        self._draw()

    def on_ticket(self) -> None:
        """See Watcher."""
        self._done += 1
        self._draw()

    def on_keys(self, what: str) -> None:
        """See Watcher."""
        self._keys.append(what)

    def on_screen(self, screen: Screen) -> None:
        """See Watcher."""
        self._screen = screen
        self._draw()

    def on_print(self, event: object) -> None:
        """See Watcher."""
        match event:
            case DrawerPulse():
                self._drawer_until = time.monotonic() + DRAWER_OPEN
            case CutPaper(lines=lines):
                self.last_paper = lines
                self._paper.append(f"{WHITE}{'- ' * 12}✂{' -' * 12} {RESET}")
            case PaperLine():
                self._paper.append(on_paper(event))
        self._draw()

    def on_record(self, record: Record) -> None:
        """See Watcher."""
        self.day.take(record)
        self._journal.append(self._describe(record).removesuffix(SIMULATED))
        self._draw()

    def warn(self, text: str) -> None:
        """See Watcher."""
        self._warning = text

    async def pause(self) -> None:
        """Leave people the time to look, at first more of it."""
        self._draw(at_once=self._seconds is not None)
        if self._seconds is None:
            return
        if self._done - self._first < FIRST:
            await asyncio.sleep(UNHURRIED)
            return
        left = self._seconds - (time.monotonic() - self._began)
        pauses = BREATHS * max(self._tickets - self._done, 1)
        await asyncio.sleep(max(left / pauses, 0))

    def _draw(self, *, at_once: bool = False) -> None:
        now = time.monotonic()
        if now - self._drawn < EVERY and not at_once:
            return
        self._drawn = now
        size = shutil.get_terminal_size()
        rows = list(self._rows(size.lines, size.columns))[: size.lines]
        sys.stdout.write("\x1b[H" + "\x1b[K\r\n".join(rows) + "\x1b[J")
        sys.stdout.flush()

    def _rows(self, height: int, width: int) -> Iterator[str]:
        """The whole picture from the top: figures beside the paper, the journal below."""
        at = self.day.at
        clock = f"{day(at)}  {hour(at)}" if at else ""
        yield f" {BOLD}{self._title}{RESET}  {DIM}SIMULATION{RESET}  {clock}"
        yield ""
        left = list(self._left())
        room = max(height - JOURNAL - 4, len(left))
        paper = list(self._paper)[-room:] if width > LEFT + PAPER else []
        paper = [""] * (room - len(paper)) + paper
        for one, other in zip_longest(left, paper, fillvalue=""):
            yield f"{one}\x1b[K\x1b[{LEFT + 1}G{other}"
        rule = "─" * (width - 12)
        yield f" {DIM}journal {rule}{RESET}"
        for line in self._journal:
            yield f" {line[: width - 2]}"

    def _left(self) -> Iterator[str]:
        frame = "═" * 22
        yield f"  {CYAN}╔{frame}╗{RESET}"
        for line in (self._screen.line1, self._screen.line2):
            yield f"  {CYAN}║{VFD} {line} {RESET}{CYAN}║{RESET}"
        yield f"  {CYAN}╚{frame}╝{RESET}"
        *earlier, key = ([""] * KEYS + list(self._keys))[-KEYS:]
        for text in earlier:
            yield f"  {DIM}{text[: LEFT - 4]}{RESET}"
        yield f"  {YELLOW}{key[: LEFT - 4]}{RESET}"
        is_open = time.monotonic() < self._drawer_until
        shut, opened = say("tiroir"), say("tiroir OUVERT")
        drawer = f"{YELLOW}▁▁▁▁▁▁▁▁▁▁ {opened}" if is_open else f"{DIM}▔▔▔▔▔▔▔▔▔▔ {shut}"
        yield f"  {drawer}{RESET}"
        yield f"  {RED}{self._warning[: LEFT - 4]}{RESET}"
        yield from self._figures()

    def _figures(self) -> Iterator[str]:
        day = self.day
        average = day.total // day.tickets if day.tickets else 0
        yield f"  {say('tickets'):<18}{BOLD}{day.tickets:>8}{RESET} / {self._tickets}"
        yield f"  {say('lignes'):<18}{BOLD}{day.lines:>8}{RESET}"
        yield f"  {say('total'):<18}{BOLD}{euros(day.total):>8}{RESET} €"
        yield f"  {say('panier moyen'):<18}{BOLD}{euros(average):>8}{RESET} €"
        yield ""
        quarters = sorted(day.by_quarter)
        span = range(quarters[0], quarters[-1] + 1, 15) if quarters else range(0)
        shown = span[-(LEFT - 4) :]
        for row in columns([day.by_quarter[quarter] for quarter in shown], PLOT):
            yield f"  {GREEN}{row}{RESET}"
        hours = "".join(f"{quarter // 60:<4d}" for quarter in shown if quarter % 60 == 0)
        lead = next((at for at, quarter in enumerate(shown) if quarter % 60 == 0), 0)
        yield f"  {DIM}{' ' * lead}{hours[: LEFT - 4 - lead]}{RESET}"


class _Log(logging.Handler):
    """What would be logged on standard error, and spoil the picture."""

    def __init__(self, view: View) -> None:
        super().__init__(logging.WARNING)
        self._view = view

    def emit(self, record: logging.LogRecord) -> None:
        self._view.warn(record.getMessage())


def on_paper(line: PaperLine) -> str:
    """A printed line as black on white; heavy print is bold, what is twice as high underlined."""
    weight = (BOLD if line.bold else "") + ("\x1b[4m" if line.tall else "")
    text = line.text.rstrip()
    blanks = " " * (PAPER - len(text))
    return f"{WHITE} {weight}{text}\x1b[22;24m{blanks} {RESET}"


class PlainView(Observer):
    """The same where nobody watches: a line for each ticket, and what must be known."""

    def __init__(self, describe: Callable[[Record], str]) -> None:
        self.day = DaySums()
        self.last_paper: tuple[PaperLine, ...] = ()
        self._describe = describe

    def on_print(self, event: object) -> None:
        """See Watcher."""
        if isinstance(event, CutPaper):
            self.last_paper = event.lines

    def on_record(self, record: Record) -> None:
        """See Watcher."""
        self.day.take(record)
        if record.kind == "sale.closed":
            print(self._describe(record))

    def warn(self, text: str) -> None:
        """See Watcher."""
        print(text, file=sys.stderr)
