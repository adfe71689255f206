"""Side tasks that may fail: each is started again, has a status, and takes nothing else along."""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Generator, Iterator
from contextlib import suppress
from enum import StrEnum
from functools import partial
from types import TracebackType
from typing import Any, NamedTuple, NoReturn

from msgspec import Struct
from msgspec.structs import replace

from pos_terminal.tasks.contain import contained, one_line
from pos_terminal.tasks.observers import Observers

log = logging.getLogger(__name__)

PAUSES = (1.0, 5.0, 30.0, 300.0)
"""Seconds before a failed task is started again: a slip costs little, and a task that cannot run at
all neither fills the log nor takes the processor from the sale. The last one repeats."""

STAYED = 300.0
"""Seconds after which a task counts as having stayed up, so that the next pause is the first again.
As long as the longest pause: with less, one that fails every minute would do so for ever."""

Work = Callable[[], Coroutine[Any, Any, object]]


class SideTask(NamedTuple):
    """What `Supervisor.supervised` runs: the work, and how long it may be silent, in seconds."""

    work: Work
    silence: float | None = None


class TaskState(StrEnum):
    """What a supervised task does. HUNG: silent for too long, cancelled, and still not ended."""

    RUNNING = "running"
    HUNG = "hung"
    PAUSING = "pausing"
    STOPPED = "stopped"


class TaskStatus(Struct, frozen=True):
    """One task as it stands. Moments are seconds of `time.monotonic`.

    `stepped` is when it last ran between two waits: that of a task that hangs stays behind. `error`
    is its last one in one line, kept after it runs again; `by` is who stopped it.
    """

    name: str
    state: TaskState
    since: float
    stepped: float
    restarts: int = 0
    error: str = ""
    by: str = ""


class Ended(RuntimeError):
    """A task that should go on for ever came to its end."""


class Silent(RuntimeError):
    """A task waited for one thing for longer than it may."""


class Supervisor:
    """The supervised tasks of one process. `observers` are told each status that is new."""

    def __init__(self, *, now: Callable[[], float] = time.monotonic) -> None:
        self.observers: Observers[TaskStatus] = Observers()
        self._now = now
        self._jobs: dict[str, _Job] = {}

    def __iter__(self) -> Iterator[TaskStatus]:
        """The status of every task, in the order in which they were started first."""
        return (job.status for job in self._jobs.values())

    async def supervised(self, name: str, work: Work, *, silence: float | None = None) -> NoReturn:
        """Run `work` for ever: whenever it raises, returns or falls silent, again after a pause.

        `silence` is how many seconds it may wait for one thing before it counts as hung; None: it
        waits for what may never come. Make this a task of a group, which is what ends it: it never
        raises but CancelledError. ValueError at once where the name is taken.
        """
        if name in self._jobs:
            raise ValueError(f"there is a task {name!r} already")
        job = self._jobs[name] = _Job(name, work, silence, self)
        try:
            await job.run()
        finally:
            del self._jobs[name]

    def stop(self, name: str, by: str) -> None:
        """Cancel a task and leave it until it is started. KeyError where there is none."""
        self._jobs[name].stop(by)

    def start(self, name: str) -> None:
        """Start a task that is stopped or pauses, at once. KeyError where there is none."""
        self._jobs[name].start()

    def now(self) -> float:
        """The moment, by the clock of the statuses."""
        return self._now()

    def pause(self, failures: int) -> float:
        """Seconds to wait after so many failures in a row, one or more."""
        return PAUSES[min(failures, len(PAUSES)) - 1]


class _Job:
    """One supervised task."""

    def __init__(
        self, name: str, work: Work, silence: float | None, supervisor: Supervisor
    ) -> None:
        self._work = work
        self._silence = silence
        self._supervisor = supervisor
        self._began = self._stepped = supervisor.now()
        self._status = TaskStatus(name, TaskState.RUNNING, self._began, self._began)
        self._failures = 0
        self._task: asyncio.Task[Any] | None = None
        self._stops = 0  # cancellations that came from `stop`, and not from the task's group
        self._wanted = asyncio.Event()
        self._wanted.set()
        self._at_once = asyncio.Event()

    @property
    def status(self) -> TaskStatus:
        return replace(self._status, stepped=self._stepped)

    def stop(self, by: str) -> None:
        if self._task and self._wanted.is_set():
            self._wanted.clear()
            self._become(TaskState.STOPPED, by=by)
            self._stops += 1
            self._task.cancel()

    def start(self) -> None:
        self._failures = 0
        self._wanted.set()
        self._at_once.set()

    async def run(self) -> NoReturn:
        """Serve until the group cancels this task."""
        self._task = task = asyncio.current_task()
        assert task is not None
        while True:
            try:
                await self._once(task)
                await self._pause()
            except asyncio.CancelledError:
                if task.cancelling() > self._stops:
                    raise
                while self._stops:
                    task.uncancel()
                    self._stops -= 1
            await self._wanted.wait()
            self._began = self._supervisor.now()
            self._become(TaskState.RUNNING, restarts=self._status.restarts + 1)

    async def _once(self, task: asyncio.Task[Any]) -> None:
        """Run the work to its failure, however it fails."""
        with contained(self._failed):
            try:
                async with asyncio.timeout(self._silence) as limit:
                    await _Steps(self._work(), partial(self._step, limit))
            except TimeoutError as error:
                if not limit.expired():
                    raise
                raise Silent(f"it did nothing for {self._silence:.0f} s") from error
            except asyncio.CancelledError as error:
                if task.cancelling():
                    raise
                raise Ended("what it waited for was cancelled") from error
            raise Ended("it returned")

    def _step(self, limit: asyncio.Timeout) -> None:
        """The work runs: it is alive, or it is being thrown out for its silence."""
        self._stepped = self._supervisor.now()
        if limit.expired():
            self._become(TaskState.HUNG)
        elif self._silence is not None:
            limit.reschedule(asyncio.get_running_loop().time() + self._silence)

    def _failed(self, error: BaseException) -> None:
        if self._supervisor.now() - self._began >= STAYED:
            self._failures = 0
        self._failures += 1
        line = one_line(error)
        # A traceback when it is news, and a line at each of its repetitions: a log is finite.
        traceback = None if line == self._status.error else error
        log.error("task %s failed: %s", self._status.name, line, exc_info=traceback)
        self._become(TaskState.PAUSING, error=line)

    async def _pause(self) -> None:
        self._at_once.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(self._supervisor.pause(self._failures)):
                await self._at_once.wait()

    def _become(self, state: TaskState, **more: Any) -> None:
        now = self._supervisor.now()
        self._status = replace(self._status, state=state, since=now, **{"by": "", **more})
        self._supervisor.observers.tell(self.status)


class _Steps(Generator[Any, Any, object]):
    """An awaitable that runs a coroutine and calls `stepped` before each of its steps.

    This is how a task's liveness is seen without its help: every step of the event loop passes
    through here on its way to the coroutine.
    """

    def __init__(self, work: Coroutine[Any, Any, object], stepped: Callable[[], None]) -> None:
        self._work = work
        self._stepped = stepped

    def __await__(self) -> Generator[Any, Any, object]:
        return self

    def send(self, value: Any) -> Any:
        self._stepped()
        return self._work.send(value)

    def throw(
        self,
        kind: Any,
        value: BaseException | object = None,
        traceback: TracebackType | None = None,
    ) -> Any:
        self._stepped()
        return self._work.throw(value if isinstance(value, BaseException) else kind)

    def close(self) -> None:
        self._work.close()
