"""Secrets that are overwritten where they lie: none is lost to a cut, and none outlives its end."""

import os
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from pos_terminal.storage.slots import PAGE, SIZE, Slots, Spoilt

IN_PAGE = PAGE // (SIZE + 4)


def kept(path: Path, count: int) -> list[bytes]:
    """So many secrets, each in the slot of its number."""
    secrets = [os.urandom(SIZE) for _ in range(count)]
    slots = Slots.open(path, new=True)
    with slots.alone():
        assert [slots.put(secret) for secret in secrets] == list(range(count))
        slots.settle()
    slots.close()
    return secrets


def found(path: Path, count: int) -> list[bytes]:
    with closing(Slots.open(path, new=False)) as slots:
        return [slots.get(slot) for slot in range(count)]


def test_a_destroyed_secret_is_gone_from_where_it_lay_and_its_slot_serves_again(
    tmp_path: Path,
) -> None:
    path = tmp_path / "slots"
    secrets = kept(path, IN_PAGE + 5)
    inode, size = path.stat().st_ino, path.stat().st_size
    slots = Slots.open(path, new=False)
    with slots.alone():
        slots.keep(set(range(IN_PAGE + 5)) - {3, IN_PAGE})
        assert path.read_bytes().count(secrets[3]) == 0
        assert path.read_bytes().count(secrets[4]) == 2
        assert [slots.put(b"\1" * SIZE), slots.put(b"\2" * SIZE)] == [3, IN_PAGE]
        slots.settle()
    slots.close()
    assert (path.stat().st_ino, path.stat().st_size) == (inode, size), "in place"
    assert found(path, 5) == [*secrets[:3], b"\1" * SIZE, secrets[4]]


def test_a_secret_that_nobody_names_any_more_is_not_written_over_until_it_is_destroyed(
    tmp_path: Path,
) -> None:
    secrets = kept(tmp_path / "slots", 2)
    slots = Slots.open(tmp_path / "slots", new=False)
    with slots.alone():
        assert slots.put(b"\1" * SIZE) == 2
    slots.close()
    assert found(tmp_path / "slots", 2) == secrets


@pytest.mark.parametrize("rubbish", [bytes(PAGE), b"\xff" * PAGE, Random(1).randbytes(PAGE)])
@pytest.mark.parametrize("copy", [0, 1])
def test_a_page_spoilt_by_a_cut_takes_no_secret_with_it(
    tmp_path: Path, copy: int, rubbish: bytes
) -> None:
    path = tmp_path / "slots"
    secrets = kept(path, IN_PAGE)
    content = bytearray(path.read_bytes())
    content[copy * PAGE : (copy + 1) * PAGE] = rubbish
    path.write_bytes(content)
    assert found(path, IN_PAGE) == secrets
    whole = path.read_bytes()
    assert whole[:PAGE] == whole[PAGE:], "and both copies are there again"
    path.write_bytes(rubbish * 2)
    with pytest.raises(Spoilt, match="slot 0"):
        found(path, 1)


def test_cut_at_any_write_a_secret_is_there_or_not_and_the_others_are(tmp_path: Path) -> None:
    """Each write in turn reaches the disk, or spoils the page that it goes to."""
    secrets = kept(tmp_path / "before", 10)
    before = (tmp_path / "before").read_bytes()
    path = tmp_path / "slots"
    for change in ("put", "keep"):
        for cut in range(4):  # behind so many of the two writes, or with the next page spoilt
            content = bytearray(before)
            after = bytearray(before)
            done = Slots.open(_written(path, before), new=False)
            with done.alone():
                if change == "put":
                    done.put(b"\1" * SIZE)
                    done.settle()
                else:
                    done.keep(set(range(9)))
            done.close()
            after[:] = path.read_bytes()
            for copy in range(cut // 2):
                content[copy * PAGE : (copy + 1) * PAGE] = after[copy * PAGE : (copy + 1) * PAGE]
            if cut % 2:
                content[cut // 2 * PAGE : (cut // 2 + 1) * PAGE] = Random(cut).randbytes(PAGE)
            assert found(_written(path, bytes(content)), 9) == secrets[:9]
            last = found(path, 11)[9:]
            assert last in ([secrets[9], b""], [secrets[9], b"\1" * SIZE], [b"", b""])


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path
