"""From what is asked to what is answered: the one way through the helper."""

from pos_terminal.channel.client import Client
from pos_terminal.domain import faults
from pos_terminal.domain.audit.stick import StickAnswer, StickAsked
from pos_terminal.domain.faults import Failure
from pos_terminal.domain.file_errors import about
from pos_terminal.stick.deeds import DEEDS, Bench
from pos_terminal.stick.reader import Reader
from pos_terminal.update.box import Box


def perform(reader: Reader, box: Box, till: Client) -> StickAnswer | None:
    """Do what is asked for, and leave the answer; None: nobody asks."""
    try:
        found = reader.asked()
    except Failure as error:
        return _answered(reader, StickAnswer(fault=error.fault.code, detail=error.detail))
    if found is None:
        return None
    asked, written = found
    answer, again = _done(reader, box, till, asked, waits=written)
    if written and not again and not answer.fault:
        with box.writable():
            reader.word.unlink()
    return _answered(reader, answer)


def _done(
    reader: Reader, box: Box, till: Client, asked: StickAsked, *, waits: bool
) -> tuple[StickAnswer, bool]:
    """What came of it, and whether it is to be asked for again."""

    def tell(lines: tuple[str, ...]) -> None:
        reader.answer(StickAnswer(asked.id, lines, ended=False))

    deed = DEEDS[asked.action]
    try:
        with reader.mounted(writes=deed.writes) as stick:
            done = deed.do(Bench(reader, box, till, stick, asked, tell, waits))
    except Failure as error:
        return StickAnswer(asked.id, fault=error.fault.code, detail=error.detail), False
    except OSError as error:  # pulled out meanwhile, or worn
        detail = about(error)
        return StickAnswer(asked.id, fault=faults.STICK_FAILED.code, detail=detail), False
    return StickAnswer(asked.id, done.lines), done.again


def _answered(reader: Reader, answer: StickAnswer) -> StickAnswer:
    reader.answer(answer)
    return answer
