"""The parsed catalogue: the same articles, and never another catalogue's or another version's."""

from hashlib import sha256
from pathlib import Path

import pytest
from msgspec.structs import replace

from pos_terminal.domain.catalog.catalog import Catalog
from pos_terminal.domain.files.catalog import parse_catalog
from pos_terminal.journal.catalogs import FOLDER
from pos_terminal.runtime.parsed_catalog import DIGEST, SUFFIX, parsed
from tests.support.shop import CATALOG

SOURCE = CATALOG.encode()
WINE = (
    b"plu;name;price;vat;content;part_of;part\n1;VIN;8,90;20;75 cl;;\n2;VERRE;2;20;;1;1/6\n"
)


OPTIONS = (
    b"plu;name;price;family;barcode;option;for\n1;CAFE;2;BOISSONS;4006381333931 96385074;;\n"
    b"2;LAIT;0,20;;;AVEC;BOISSONS\n3;SUCRE;0;;MAISON 3;AVEC;1\n"
)


def cache(state: Path, source: bytes = SOURCE) -> Path:
    return state / "catalogs" / f"{sha256(source).hexdigest()}{SUFFIX}"


def plain(catalog: Catalog) -> Catalog:
    """The same with all of its articles there, as one that was just parsed has them."""
    return replace(catalog, items=tuple(catalog.items))


@pytest.mark.parametrize("source", [SOURCE, WINE, OPTIONS])
def test_what_is_read_back_is_what_was_parsed(source: bytes, tmp_path: Path) -> None:
    first, _ = parsed(tmp_path, source, ())
    assert cache(tmp_path, source).exists()
    again, problems = parsed(tmp_path, source, ())
    assert again.items is not first.items
    assert (plain(again), problems) == parse_catalog(source)
    assert again.items[-1] is again.items[len(again.items) - 1]  # made once
    assert again.items[1:] == first.items[1:]


def test_it_is_the_cache_that_is_read(tmp_path: Path) -> None:
    """Another's articles, well sealed: only whoever may write here can put them there."""
    parsed(tmp_path, WINE, ())
    sealed = cache(tmp_path, WINE).read_bytes()
    parsed(tmp_path, SOURCE, ())
    assert not cache(tmp_path, WINE).exists()
    cache(tmp_path).write_bytes(sealed)
    assert [item.name for item in parsed(tmp_path, SOURCE, ())[0].items] == ["VIN", "VERRE"]


@pytest.mark.parametrize("at", [0, DIGEST, DIGEST + 40, -1])
def test_a_spoilt_one_is_as_none(at: int, tmp_path: Path) -> None:
    parsed(tmp_path, SOURCE, ())
    content = bytearray(cache(tmp_path).read_bytes())
    content[at] ^= 1
    cache(tmp_path).write_bytes(content)
    assert parsed(tmp_path, SOURCE, ()) == parse_catalog(SOURCE)  # parsed anew, and kept
    assert cache(tmp_path).read_bytes() != content


def test_another_versions_is_as_none(tmp_path: Path) -> None:
    parsed(tmp_path, SOURCE, ())
    content = cache(tmp_path).read_bytes()
    other = sha256(b"another version" + content[DIGEST:]).digest() + content[DIGEST:]
    cache(tmp_path).write_bytes(other)
    assert parsed(tmp_path, SOURCE, ()) == parse_catalog(SOURCE)
    assert cache(tmp_path).read_bytes() == content


def test_a_catalogue_with_a_problem_is_never_kept(tmp_path: Path) -> None:
    _, problems = parsed(tmp_path, b"plu;name;price\n1;PAIN;un\n", ())
    assert problems and not list(tmp_path.rglob(f"*{SUFFIX}"))


def test_a_disk_that_takes_nothing_costs_time_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / FOLDER).write_text("in the way")
    assert parsed(tmp_path, SOURCE, ()) == parse_catalog(SOURCE)
    assert "cannot be kept" in caplog.text
