"""Payment terminals' days against the journal's, read from as few of its records as will do.

No table is kept for it: it is asked a few times a day, and a day's records are soon walked through.
"""

import apsw

from pos_terminal.domain.lookup.card_payments import OF_CARDS, Book
from pos_terminal.domain.lookup.questions import CardDays, CardDaysWanted
from pos_terminal.domain.lookup.reckoning import Reckoning
from pos_terminal.journal.database import Reader

KINDS = tuple(each.kind for each in OF_CARDS)

DAYS_BACK = (2, 8, 31)
"""Days of the till that are walked through, until the terminals' last days lie whole in them: a
terminal may have been away when its day was to be closed."""


def answer(db: apsw.Connection, journal: Reader, wanted: CardDaysWanted) -> CardDays:
    """See `CardDaysWanted`. JournalError where a record cannot be read."""
    sql = "SELECT seq FROM closure WHERE period = 'day' ORDER BY number DESC LIMIT ?"
    ends = [seq for (seq,) in db.execute(sql, (max(DAYS_BACK),))]
    for back in DAYS_BACK:
        after = max(journal.purged(), ends[back - 1] if back <= len(ends) else 0)
        book = Book()
        for row in journal.of_kinds(KINDS, after):
            record = row.record()
            book.take(record.event, record.envelope.at)
        if after == journal.purged() or _is_whole(book, wanted):
            break
    return CardDays(tuple(_last(book, wanted)))


def _is_whole(book: Book, wanted: CardDaysWanted) -> bool:
    """Whether of each terminal that closed its day there is an earlier such end too."""
    ended = [each.terminal for each in book.reckonings]
    return all(ended.count(each) > 1 for each in ended if wanted.terminal in ("", each))


def _last(book: Book, wanted: CardDaysWanted) -> list[Reckoning]:
    last = {each.terminal: each for each in book.reckonings}
    if wanted.terminal:
        return [last[wanted.terminal]] if wanted.terminal in last else []
    found = [*last.values(), *book.running()]
    return sorted(found, key=lambda each: (each.terminal, each.at))
