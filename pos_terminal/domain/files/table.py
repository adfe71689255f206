"""A table that people made: CSV with a header; comma, semicolon or tab; whatever program wrote it.

Works on text; whoever reads the file does the reading. Every row keeps the physical line on which
it begins, which is what an editor shows. One broken row spoils no other.
"""

import csv
import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from unicodedata import combining, normalize

from msgspec import Struct

from pos_terminal.domain.files.likeness import nearest
from pos_terminal.domain.language import labelled, say

LONGEST_ROW = 20
"""Physical lines that one row may span by line breaks in quotes; more is a quote left open."""

NEAR = 0.85
"""How alike a misspelt name is to the one meant, see `likeness`: «vatt» is, «price_ht» is not."""

_ERROR = re.compile(
    r"#(?:REF!|N/A|DIV/0!|VALUE!|VALEUR!|NAME\?|NOM\?|NULL!|NUL!|NUM!|NOMBRE!|#+)", re.IGNORECASE
)
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


class Problem(Struct, frozen=True):
    """What is wrong with a file: the line (from 1; 0: the whole file), the key, the reason."""

    line: int
    key: str
    reason: str

    def __str__(self) -> str:
        told = labelled(self.key, self.reason) if self.key else self.reason
        return labelled(say("ligne {line}").format(line=self.line), told) if self.line else told


class NoTableError(ValueError):
    """The text has no header with the columns that are needed; `problem` says what is missing."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class TableRow(Struct, frozen=True):
    """One row: its physical line and its cells by column, without blanks around them.

    A cell that is missing is empty.
    """

    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


def decode(source: bytes) -> str:
    """The text, composed (NFC): a decomposed «é» is two characters to a display of twenty.

    UTF-8 with or without BOM, UTF-16 with one («texte Unicode»), or else Windows-1252, as
    spreadsheets on French PCs write it. What cannot be read is U+FFFD, which `rows` refuses.
    """
    if source.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = source.decode("utf-16", errors="replace")
    else:
        try:
            text = source.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = source.decode("cp1252", errors="replace")
    return text if text.isascii() else normalize("NFC", text)


def lines_of(text: str) -> Iterator[str]:
    """Its physical lines with their ends, as `rows` counts them.

    Python's own `splitlines` ends lines at a line separator or a form feed as well, which stand in
    what people paste into a cell.
    """
    return (found[0] for found in _LINE.finditer(text))


def first_line(text: str) -> str:
    """The header, without the end of its line."""
    return next(lines_of(text), "").rstrip("\r\n")


class Header(Struct, frozen=True):
    """The first line: its columns under their own names, and what parts them.

    `ignored` are the names of columns that nobody asked for, as they stand there.
    """

    columns: tuple[str, ...]
    delimiter: str
    ignored: tuple[str, ...] = ()


def header(line: str, needed: Sequence[str], known: Mapping[str, str] | None = None) -> Header:
    """What a table's first line says. Raises NoTableError.

    `known` maps every name that means something to the column's own name; without it each column
    keeps the name it has. A column that is missing, that stands there twice under whatever names,
    or that is nearly a known one is refused: each would be a price that nobody set.
    """
    delimiter = max(",;\t", key=line.count)
    written = _columns(line, delimiter)
    names = tuple((known or {}).get(plain(name), name.lower()) for name in written)
    missing = [name for name in needed if name not in names]
    if missing:
        raise NoTableError(Problem(1, ", ".join(missing), say("l'en-tête n'a pas cette colonne")))
    twice = [name for name, count in Counter(names).items() if name and count > 1]
    if twice:
        raise NoTableError(
            Problem(1, twice[0], say("plusieurs colonnes ont ce sens : en garder une"))
        )
    if known is None:
        return Header(names, delimiter)
    ignored = tuple(name for name in written if name and plain(name) not in known)
    for name in ignored:
        near = nearest(plain(name), known, NEAR)
        if near:
            reason = say(
                "colonne inconnue ; est-ce «{text}» ? La renommer, ou l'enlever", text=near
            )
            raise NoTableError(Problem(1, name, reason))
    return Header(names, delimiter, ignored)


def plain(name: str) -> str:
    """A column's name without what people vary: capitals, accents, blanks, hyphens."""
    bare = "".join(c for c in normalize("NFKD", name.casefold()) if not combining(c))
    return re.sub(r"[^a-z0-9]+", "_", bare).strip("_")


def rows(
    source: str | Iterable[str], needed: Sequence[str], known: Mapping[str, str] | None = None
) -> Iterator[TableRow | Problem]:
    """The rows below the header, blank ones left out; a Problem in place of each that is broken.

    `source` is the whole text, or its physical lines with their ends, which are taken one at a
    time. Raises NoTableError, before anything else, where the header will not do (`header`).
    """
    lines = lines_of(source) if isinstance(source, str) else iter(source)
    first = header(next(lines, ""), needed, known)
    ahead: deque[str] = deque()
    at = 2
    while _fill(ahead, lines, 1):
        cells, taken = _record(ahead, lines, first.delimiter)
        if isinstance(cells, str):
            yield Problem(at, "", cells)
        elif any(bare := [cell.strip() for cell in cells]):
            ended = ahead[taken - 1].endswith(("\n", "\r"))
            problem = _wrong(at, bare, first.columns, known, ended=ended)
            yield problem or TableRow(at, dict(zip(first.columns, bare, strict=False)))
        at += taken
        for _ in range(taken):
            ahead.popleft()


def _wrong(
    at: int,
    cells: Sequence[str],
    columns: Sequence[str],
    known: Mapping[str, str] | None,
    *,
    ended: bool,
) -> Problem | None:
    """What is wrong with the cells of the row that begins `at` this line, if anything is."""
    under = list(zip(columns, cells, strict=False))
    named = max((place for place, name in enumerate(columns, 1) if name), default=0)
    key = ""
    if any(cells[len(columns) :]):
        reason = say("{what} cases sous {other} colonnes", what=len(cells), other=len(columns))
    elif known and any(cell for name, cell in under if not name):
        reason = say("une case sous une colonne qui n'a pas de nom")
    elif len(cells) < named and not ended:
        # Programs fill their rows and end them: a copy that broke off is no price.
        reason = say("la ligne s'arrête en chemin : le fichier est coupé")
    elif any("\ufffd" in cell for cell in cells):
        reason = say("caractères illisibles : enregistrer le fichier en UTF-8")
    elif wrong := [name for name, cell in under if _failed(name, cell, known)]:
        key, reason = wrong[0], say("une formule du tableur n'a pas abouti")
    else:
        return None
    return Problem(at, key, reason)


def _failed(column: str, cell: str, known: Mapping[str, str] | None) -> bool:
    """Whether a spreadsheet wrote that it could not reckon the cell; of a column that counts."""
    counts = known is None or column in known.values()
    return counts and bool(_ERROR.fullmatch(cell))


def _columns(header: str, delimiter: str) -> list[str]:
    try:
        names = next(csv.reader([header], delimiter=delimiter), [])
    except csv.Error as error:
        raise NoTableError(Problem(1, "", str(error))) from None
    return [name.strip() for name in names]


def _fill(ahead: deque[str], lines: Iterator[str], count: int) -> bool:
    """Read ahead until there are `count` lines; False where the text ends before."""
    while len(ahead) < count:
        line = next(lines, None)
        if line is None:
            return False
        ahead.append(line)
    return True


def _record(ahead: deque[str], lines: Iterator[str], delimiter: str) -> tuple[list[str] | str, int]:
    """The cells of the record that begins `ahead`, or what is wrong; and the lines it takes."""
    reason = ""
    for span in range(1, LONGEST_ROW + 1):
        if not _fill(ahead, lines, span):
            break
        try:
            reader = csv.reader(islice(ahead, span), delimiter=delimiter, strict=True)
            return next(reader, []), span
        except csv.Error as error:
            if "unexpected end" not in str(error):
                return str(error), 1
            reason = say("des guillemets ouverts ne sont jamais fermés")
    return reason, 1
