"""A box's updates from a folder to a slot that stays: openssl's signatures, on scratch files."""

import hashlib
import os
import resource
import shutil
from pathlib import Path

import pytest
from msgspec.structs import replace

from pos_terminal.channel.interface import StandingGrant, Ticket
from pos_terminal.domain.events.values import GrantLevel
from pos_terminal.domain.faults import Failure
from pos_terminal.update import book
from pos_terminal.update.book import KEPT, RETURNED, TRYING
from pos_terminal.update.choice import Choice
from pos_terminal.update.loaders import LOADERS
from pos_terminal.update.updater import Updater
from tests.support.flashed_box import Flashed, Publisher
from tests.support.telling_till import SHUT, TellingTill

SOLD = replace(SHUT, last_ticket=Ticket("1-000001", "2026-11-30T12:00:00+01:00"))


@pytest.fixture(scope="module")
def publisher(tmp_path_factory: pytest.TempPathFactory) -> Publisher:
    return Publisher(tmp_path_factory.mktemp("publisher") / "keys")


EACH_LOADER = pytest.mark.parametrize("box", LOADERS, indirect=True)


@pytest.fixture
def box(request: pytest.FixtureRequest, tmp_path: Path, publisher: Publisher) -> Flashed:
    found = Flashed(tmp_path, getattr(request, "param", "grub"))
    shutil.copy(publisher.certificate, found.keyring)
    return found


def refused(box: Flashed, till: TellingTill) -> str:
    """By which code the offer is refused; nothing has changed then."""
    before, restarted = dict(box.slots), box.restarted
    with pytest.raises(Failure) as error:
        Updater(box, till).install(box.request)
    assert (box.slots, box.chosen, box.restarted) == (before, Choice("a"), restarted)
    return error.value.fault.code


@EACH_LOADER
def test_a_release_that_sells_stays(box: Flashed, publisher: Publisher) -> None:
    publisher.publish(box.request, "2.0")
    assert Updater(box, TellingTill()).install(box.request)
    assert (box.chosen, box.restarted) == (Choice("a", "b"), 1)
    assert not (box.own / "bundle").exists()
    box.start()
    assert (box.slot, box.version, box.chosen) == ("b", "2.0", Choice("a"))
    tried = Updater(box, TellingTill())
    assert tried.settle(patience=1, steady=0.01)
    assert box.chosen == Choice("b")
    box.start()
    settled = Updater(box, TellingTill(None))  # the known slot needs no proof
    assert settled.settle()
    news = settled.tell()
    assert (news.version, news.slot, news.settled) == ("2.0", "b", True)
    assert news.book.attempt is not None and news.book.attempt.outcome == KEPT
    assert not settled.install(box.request)


@pytest.mark.parametrize("silent", [True, False], ids=["gone", "unhealthy"])
def test_one_that_does_not_is_left_with_its_reason_and_not_taken_again(
    box: Flashed, publisher: Publisher, silent: bool
) -> None:
    publisher.publish(box.request, "2.0")
    Updater(box, TellingTill()).install(box.request)
    box.start()
    if not silent:
        ill = replace(SHUT, selling=False, faults=[])
        assert not Updater(box, TellingTill(ill)).settle(patience=0.05, steady=0.01)
    box.start()
    back = Updater(box, TellingTill())
    assert (box.slot, box.version) == ("a", "1.0")
    assert back.settle()
    last = back.book.attempt
    assert last is not None and (last.version, last.outcome, last.code) == (
        "2.0",
        RETURNED,
        "B-176",
    )
    assert ("la caisse ne vend pas" in last.reason) != silent
    assert refused(box, TellingTill()) == "B-178"
    publisher.publish(box.request, "2.1")
    assert Updater(box, TellingTill()).install(box.request)


def test_what_is_not_signed_by_the_known_key_is_refused(
    box: Flashed, publisher: Publisher, tmp_path: Path
) -> None:
    publisher.publish(box.request, "2.0")
    manifest = box.request / "manifest.json"
    manifest.write_text(manifest.read_text().replace("2.0", "2.1"))
    assert refused(box, TellingTill()) == "B-171"
    Publisher(tmp_path / "foreign").publish(box.request, "2.0")
    assert refused(box, TellingTill()) == "B-171"
    publisher.publish(box.request, "2.0")
    (box.request / "it.raucb").write_text("3.0")
    assert refused(box, TellingTill()) == "B-174"
    (box.request / "it.raucb").write_text("2.0 and more")
    assert refused(box, TellingTill()) == "B-174"
    (box.request / "it.raucb").unlink()
    (box.request / "it.raucb").symlink_to(box.keyring)
    assert refused(box, TellingTill()) == "B-174"
    (box.request / "it.raucb").unlink()
    assert refused(box, TellingTill()) == "B-174"
    publisher.publish(box.request, "2.0", compatible="pos-terminal-arm64")
    assert refused(box, TellingTill()) == "B-172"


def test_an_older_manifest_is_none_once_a_newer_was_seen(
    box: Flashed, publisher: Publisher
) -> None:
    publisher.publish(box.request, "1.0", signed="2026-12-24T10:00:00+00:00")
    assert Updater(box, TellingTill()).check(box.request) is None
    publisher.publish(box.request, "2.0")
    assert refused(box, TellingTill()) == "B-173"
    publisher.publish(box.request, "0.9", signed="2026-12-25T10:00:00+00:00")
    assert refused(box, TellingTill()) == "B-173"
    assert Updater(box, TellingTill()).install(box.request, insist=True)


def test_it_waits_for_the_shop(box: Flashed, publisher: Publisher) -> None:
    publisher.publish(box.request, "2.0")
    agreed = StandingGrant(1, "x", GrantLevel.CONTROL, ["update"], "later", by=2)
    for status in (
        None, SOLD, replace(SHUT, open_sales=1),
        replace(SOLD, open_sales=1, grants=[agreed]), replace(SOLD, grants=[replace(agreed, by=0)]),
        replace(SOLD, grants=[replace(agreed, scope=["catalog"])]),
    ):  # fmt: skip
        assert refused(box, TellingTill(status)) == "B-179"
    assert Updater(box, TellingTill(replace(SOLD, grants=[agreed]))).install(box.request)


def test_what_rauc_refuses_changes_nothing_and_is_kept(box: Flashed, publisher: Publisher) -> None:
    publisher.publish(box.request, "2.0")

    box.worn = True
    assert refused(box, TellingTill()) == "B-175"
    told = book.read(box.own).refused
    assert told is not None and (told.code, told.reason) == ("B-175", "rauc: input/output error")
    box.worn = False
    assert Updater(box, TellingTill()).install(box.request)
    assert book.read(box.own).refused is None


def test_what_cannot_be_installed_is_not_tried_over_and_over(
    box: Flashed, publisher: Publisher
) -> None:
    assert Updater(box, TellingTill()).perform() is None, "nothing has been fetched yet"
    publisher.publish(box.request, "2.0")
    bundle = box.request / "it.raucb"
    bundle.write_text("3.0")
    failed = Updater(box, TellingTill()).perform()
    assert failed is not None and failed.fault.code == "B-174"
    assert Updater(box, TellingTill()).perform() is None
    told = book.told(box.news)
    assert told is not None and told.code == "B-174"
    publisher.publish(box.request, "2.0", signed="2026-12-01T10:00:00+00:00")
    signature = box.request / "manifest.json.sig"
    whole = signature.read_bytes()
    signature.write_bytes(b"of another")
    failed = Updater(box, TellingTill()).perform()
    assert failed is not None and failed.fault.code == "B-171"
    signature.write_bytes(whole)
    failed = Updater(box, TellingTill(SOLD)).perform()
    assert failed is not None and failed.fault.code == "B-179"
    assert Updater(box, TellingTill()).perform() is None
    assert box.restarted, "it had to wait for the Z"


def test_a_bundle_that_came_broken_is_looked_at_again_once_it_came_again(
    box: Flashed, publisher: Publisher
) -> None:
    publisher.publish(box.request, "2.0")
    bundle = box.request / "it.raucb"
    bundle.write_text("3.0")
    failed = Updater(box, TellingTill()).perform()
    assert failed is not None and failed.fault.code == "B-174"
    other = box.request / "it.raucb.part"
    other.write_text("2.0")
    came = bundle.stat().st_mtime_ns + 1
    os.utime(other, ns=(came, came))
    other.replace(bundle)
    assert Updater(box, TellingTill()).perform() is None
    assert box.restarted


def test_a_pipe_in_the_place_of_a_manifest_keeps_nobody_waiting(box: Flashed) -> None:
    os.mkfifo(box.request / "manifest.json")
    failed = Updater(box, TellingTill()).perform()
    assert failed is not None and failed.fault.code == "B-174"


def test_a_bundle_for_which_there_is_no_room_leaves_none_of_it(
    box: Flashed, publisher: Publisher
) -> None:
    large = bytes(2 << 20)
    sha256 = hashlib.sha256(large).hexdigest()
    publisher.publish(box.request, "2.0", size=len(large), sha256=sha256)
    (box.request / "it.raucb").write_bytes(large)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, limits[1]))
    try:
        failed = Updater(box, TellingTill()).perform()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert failed is not None and failed.fault.code == "B-175", failed
    assert not (box.own / "bundle").exists()


def test_what_a_power_cut_left_of_a_bundle_goes_with_the_next_start(box: Flashed) -> None:
    (box.own / "bundle").write_text("2.")
    assert Updater(box, TellingTill()).settle()
    assert not (box.own / "bundle").exists()


@EACH_LOADER
def test_going_back_by_hand_is_a_trial_too(box: Flashed, publisher: Publisher) -> None:
    with pytest.raises(Failure):
        Updater(box, TellingTill()).roll_back()  # as flashed: there is nothing before
    publisher.publish(box.request, "2.0")
    Updater(box, TellingTill()).install(box.request)
    box.start()
    Updater(box, TellingTill()).settle(patience=1, steady=0.01)
    Updater(box, TellingTill()).roll_back()
    assert box.chosen == Choice("b", "a")
    box.start()
    assert Updater(box, TellingTill()).settle(patience=1, steady=0.01)
    assert (box.version, box.chosen) == ("1.0", Choice("a"))
    with pytest.raises(Failure) as error:
        # What was left is not fetched again by itself.
        Updater(box, TellingTill()).install(box.request)
    assert error.value.fault.code == "B-178"


@EACH_LOADER
def test_a_slot_that_is_lost_leaves_the_box_to_the_other(
    box: Flashed, publisher: Publisher
) -> None:
    publisher.publish(box.request, "2.0")
    Updater(box, TellingTill()).install(box.request)
    box.start()
    Updater(box, TellingTill()).settle(patience=1, steady=0.01)
    box.starts("a")  # b has no kernel
    lost = Updater(box, TellingTill())
    assert lost.settle(patience=1, steady=0.01)
    assert box.chosen == Choice("a")
    last = lost.book.attempt
    assert last is not None and (last.code, last.outcome) == ("B-176", RETURNED)
    assert Updater(box, TellingTill()).install(box.request)  # and it may be written anew


@EACH_LOADER
def test_a_file_that_somebody_deleted_is_made_again(box: Flashed) -> None:
    box.choice.unlink()
    assert Updater(box, TellingTill()).settle(patience=1, steady=0.01)
    assert box.chosen == Choice("a")


@EACH_LOADER
def test_power_that_goes_before_the_trial_is_marked_gives_it_up(
    box: Flashed, publisher: Publisher
) -> None:
    publisher.publish(box.request, "2.0")
    box.cut = True
    with pytest.raises(KeyboardInterrupt):
        Updater(box, TellingTill()).install(box.request)
    box.cut = False
    assert box.chosen == Choice("a")
    begun = book.read(box.own).attempt
    assert begun is not None and begun.outcome == TRYING
    box.start()
    settled = Updater(box, TellingTill())
    assert settled.settle()
    assert settled.book.given_up == "2.0"
