"""The service «update» against a real HTTPS server: it fetches, and says what root has told."""

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

import pos_service_update
from pos_service_update import Fetching, UpdateSettings
from pos_terminal.domain.faults import Failure
from pos_terminal.testing.running import run
from pos_terminal.update import book
from pos_terminal.update.book import RETURNED, Attempt, Book, News, Refusal
from pos_terminal.update.release import Manifest
from tests.support.https_server import Got, https
from tests.support.mail_server import certificate
from tests.support.service_world import world

BUNDLE = b"a bundle"


def manifest(version: str = "2.0", **other: object) -> bytes:
    told = Manifest(
        "pos-terminal-amd64", version, "2025-10-09T00:00:00+00:00", f"{version}.raucb",
        len(BUNDLE), hashlib.sha256(BUNDLE).hexdigest(),
    )  # fmt: skip
    return msgspec.json.encode(msgspec.to_builtins(told) | other)


def fetching(
    folder: Path, files: dict[str, bytes], looks: int, change: Callable[[], None] | None = None
) -> list[str]:
    """Look so many times, with a change behind the first; what was fetched, in order."""
    fetched: list[str] = []
    failed: list[Exception] = []

    def answer(got: Got) -> tuple[int, bytes]:
        fetched.append(got.path.removeprefix("/box/"))
        return (200, files[fetched[-1]]) if fetched[-1] in files else (404, b"")

    async def body() -> None:
        pem = certificate(folder)
        with https(pem, answer) as port:
            settings = UpdateSettings(
                url=f"https://127.0.0.1:{port}/box/manifest.json", hosts=("127.0.0.1",), ca=str(pem)
            )
            async with world(folder, {}, "update") as (agent, _):
                service = Fetching(agent, settings, folder / "news")
                for number in range(looks):
                    try:
                        await service.look()
                    except (OSError, Failure) as error:
                        failed.append(error)
                    if change and not number:
                        change()

    (folder / "news").mkdir(exist_ok=True)
    run(body())
    if failed:
        raise failed[0]
    return fetched


def test_a_bundle_is_fetched_once_and_the_manifest_is_there_last(tmp_path: Path) -> None:
    files = {"manifest.json": manifest(), "manifest.json.sig": b"signed", "2.0.raucb": BUNDLE}

    def newer() -> None:
        files["manifest.json"] = manifest("2.1")
        files["2.1.raucb"] = BUNDLE

    fetched = fetching(tmp_path, files, 3, newer)
    assert fetched == [
        "manifest.json", "manifest.json.sig", "2.0.raucb",
        "manifest.json", "manifest.json.sig", "2.1.raucb",
        "manifest.json", "manifest.json.sig",
    ]  # fmt: skip
    folder = next(tmp_path.rglob("manifest.json")).parent
    assert {each.name for each in folder.glob("*.raucb")} == {"2.1.raucb"}
    assert (folder / "manifest.json").read_bytes() == manifest("2.1")


def test_a_signature_that_comes_after_its_manifest_is_fetched_too(tmp_path: Path) -> None:
    files = {"manifest.json": manifest(), "manifest.json.sig": b"of another", "2.0.raucb": BUNDLE}
    fetching(tmp_path, files, 2, lambda: files.update({"manifest.json.sig": b"signed"}))
    assert next(tmp_path.rglob("manifest.json.sig")).read_bytes() == b"signed"


def test_the_version_that_runs_is_not_fetched(tmp_path: Path) -> None:
    (tmp_path / "news").mkdir()
    book.tell(tmp_path / "news", News("2.0", "a", settled=True, book=Book()))
    files = {"manifest.json": manifest(), "manifest.json.sig": b"signed"}
    assert fetching(tmp_path, files, 1) == ["manifest.json", "manifest.json.sig"]
    assert next(tmp_path.rglob("manifest.json")).read_bytes() == manifest()


def test_a_bundle_that_came_broken_is_fetched_again_and_not_at_every_look(tmp_path: Path) -> None:
    files = {"manifest.json": manifest(), "manifest.json.sig": b"signed", "2.0.raucb": b"A bundle"}
    refused = Refusal("now", "B-174", "2.0.raucb: 8 bytes")

    def mended() -> None:
        book.tell(tmp_path / "news", News("1.0", "a", settled=True, book=Book(refused=refused)))
        files["2.0.raucb"] = BUNDLE

    assert fetching(tmp_path, files, 3, mended).count("2.0.raucb") == 1
    # A box that was switched off meanwhile does not wait for the hours to pass.
    assert fetching(tmp_path, files, 3).count("2.0.raucb") == 1
    assert next(tmp_path.rglob("2.0.raucb")).read_bytes() == BUNDLE


@pytest.mark.parametrize(
    "files",
    [
        {"manifest.json": b"<html>", "manifest.json.sig": b""},
        {"manifest.json": manifest(bundle="../../x"), "manifest.json.sig": b""},
        {"manifest.json": manifest(), "manifest.json.sig": b"signed"},
        {},
    ],
    ids=["no manifest", "another folder", "no bundle", "nothing"],
)
def test_what_cannot_be_had_whole_leaves_no_manifest(
    tmp_path: Path, files: dict[str, bytes]
) -> None:
    with pytest.raises((OSError, Failure)):
        fetching(tmp_path, files, 1)
    assert not [*tmp_path.rglob("manifest.json"), *tmp_path.rglob("*.raucb*")]


def test_a_bundle_that_would_leave_the_till_no_room_is_not_fetched(tmp_path: Path) -> None:
    size = shutil.disk_usage(tmp_path).free // 2
    files = {"manifest.json": manifest(size=size), "manifest.json.sig": b"", "2.0.raucb": BUNDLE}
    with pytest.raises(OSError, match="No space left"):
        fetching(tmp_path, files, 1)
    assert not [*tmp_path.rglob("manifest.json"), *tmp_path.rglob("*.raucb*")]


def test_what_root_has_told_is_the_boxs_incidents(tmp_path: Path) -> None:
    tried = Attempt("2.0", "b", "now", "1.0", RETURNED, "it did not sell", "B-176")

    async def body() -> None:
        async with world(tmp_path, {}, "update") as (agent, clock):
            assert list(pos_service_update.wrong(agent, tmp_path)) == []  # no flashed box
            for known, codes in (
                (Book("2025-10-09T00:00:00+00:00"), []),
                (Book("2025-10-09T00:00:00+00:00", tried), ["B-176"]),
                (Book("2025-08-01T00:00:00+00:00"), ["B-177"]),
                (Book(refused=Refusal("now", "B-171", "why")), ["B-171", "B-177"]),
            ):
                book.tell(tmp_path, News("1.0", "a", settled=True, book=known))
                found = [fault.code for fault, _ in pos_service_update.wrong(agent, tmp_path)]
                assert found == codes
            clock.sure = False  # a box that knows no day accuses nobody
            found = [fault.code for fault, _ in pos_service_update.wrong(agent, tmp_path)]
            assert found == ["B-171"]

    run(body())
