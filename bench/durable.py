"""A durable record beside a bare durable row, at the writer and awaited through its thread.

Twice: on the disk of the working folder, and where each sync takes five milliseconds more, as on a
good SD card: the quicker a disk syncs, the more of a commit is signing.
"""

from bench import journal
from bench.figures import Figure, Setting
from pos_terminal.testing.powercut import SlowVFS

SYNC = 0.005


def measure(setting: Setting) -> list[Figure]:
    """The writer's row and the awaited one as shares of a bare row; the commit time itself."""
    disk = SlowVFS(sync=SYNC, sometimes=SYNC)
    slower = journal.measure(setting.directory, vfs=disk.name, rounds=2)
    taken = journal.measure(setting.directory, rounds=setting.rounds(40))
    raw = ("a bare row and its commit", round(taken["raw_p50_us"], 1))
    batch = ("32 bare rows and their commit", round(taken["raw_batch_p50_us"], 1))
    slow = ("a bare row there, us", round(slower["raw_p50_us"], 1))
    return [
        Figure(key="journal.raw_commit.p50", what="one bare row's commit, p50",
               value=taken["raw_p50_us"], unit="us"),
        Figure(key="journal.raw_commit.p99", what="one bare row's commit, p99",
               value=taken["raw_p99_us"], unit="us"),
        Figure(key="journal.inside.p50", what="one signed record by the writer, p50",
               value=taken["inside_p50_us"], unit="us", limit=raw),
        Figure(key="journal.awaited.p50", what="one record awaited through the thread, p50",
               value=taken["awaited_p50_us"], unit="us", limit=raw),
        Figure(key="journal.inside_batch.p50", what="32 records in one commit, p50",
               value=taken["inside_batch_p50_us"], unit="us", limit=batch),
        Figure(key="journal.inside_of_raw", what="the writer's row, as a share of a bare row",
               value=taken["inside_of_raw"], unit="", at_least=0.70),
        Figure(key="journal.awaited_of_raw", what="awaited through the thread, the same",
               value=taken["awaited_of_raw"], unit=""),
        Figure(key="journal.inside_batch_of_raw", what="32 records in one commit, the same",
               value=taken["inside_batch_of_raw"], unit="", at_least=0.30),
        Figure(key="journal.thread_and_future", what="what thread and future add to a row, p50",
               value=taken["thread_and_future_us"], unit="us", at_most=150),
        Figure(key="journal.slower.inside_of_raw", what="with 5 ms more a sync: the writer's row",
               value=slower["inside_of_raw"], unit="", at_least=0.70, limit=slow),
        Figure(key="journal.slower.inside_batch_of_raw", what="32 records in one commit there",
               value=slower["inside_batch_of_raw"], unit="", at_least=0.30, limit=slow),
    ]  # fmt: skip
