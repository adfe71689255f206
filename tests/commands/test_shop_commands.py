"""`config new` and `catalog import`: a shop that sells, and articles that come over."""

import json
import os
import re
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from textwrap import dedent

import msgspec
import pytest

from pos_terminal.__main__ import main
from pos_terminal.channel.socket_address import socket_path
from pos_terminal.commands.new_shop import kinds, siret_digits, vat_number
from pos_terminal.domain.audit.identity import Seller
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.files.catalog import parse_catalog
from pos_terminal.testing.running import PATIENCE
from tests.support.bench import bench
from tests.support.house import ROOT

README = ROOT / "README.md"
SHOP = ("--name", 'Chez "Zoé"', "--address", "1 rue du Four, Rennes", "--siret", "73282932000074")


@pytest.mark.parametrize("kind", kinds())
def test_a_new_shop_sells(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "new", kind, str(tmp_path / "shop"), *SHOP]) == 0
    settings = tmp_path / "shop" / "terminal.toml"
    assert main(["config", "check", "--json", "--config", str(settings)]) == 0
    checked = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert checked["good"] and "articles" in checked["understood"][0]
    assert "Factures : [seller] ne dit pas form, rcs, que la loi demande" in checked["understood"]
    tables = tomllib.loads(settings.read_text())
    seller = msgspec.convert(tables["seller"], Seller)
    assert [*seller.lines()] == tables["shop"]["header"]  # so that no invoice says them twice
    assert (seller.siren, seller.vat) == ("732829320", "FR44732829320")
    catalog, _ = parse_catalog((tmp_path / "shop" / "catalog.csv").read_bytes())
    till = bench(catalog)
    till.press("1 PLU CASH")
    (ticket,) = till.of(SaleClosed)
    assert ticket.total > 0
    assert main(["config", "new", kind, str(tmp_path / "shop"), *SHOP]) == 1


def test_the_readmes_first_shop_is_made_and_opens_as_it_is_written(tmp_path: Path) -> None:
    """`make demo` has put the program into `.venv`; then each line, and the till's socket."""
    blocks = re.findall(r"(?: {4}.+\n)+", README.read_text())
    (found,) = (block for block in blocks if "config new" in block)
    *before, run = dedent(found).splitlines()
    (tmp_path / ".venv").symlink_to(sys.prefix)
    script = "\n".join(("set -e", *before, f"exec {run}"))
    with subprocess.Popen(["bash", "-c", script], cwd=tmp_path, env={"PATH": os.defpath}) as till:
        while till.poll() is None and not socket_path(tmp_path / "state", {}).exists():
            time.sleep(0.05)
        till.terminate()
        assert till.wait(PATIENCE) == 0


def test_a_key_of_no_article_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shop = tmp_path / "shop"
    assert main(["config", "new", "boulangerie", str(shop), *SHOP]) == 0
    settings = shop / "terminal.toml"
    own = settings.read_text().replace('number = "1"', 'number = "1"\nkeymap = "own.toml"')
    settings.write_text(own)
    (shop / "own.toml").write_text(
        "[keys]\nKEY_A = 'C'\nKEY_F1 = 'article 01'\nKEY_F2 = 'article 99'\n"
    )
    assert main(["config", "check", "--json", "--config", str(settings)]) == 0
    doubts = json.loads(capsys.readouterr().out.splitlines()[-1])["doubts"]
    assert [each for each in doubts if each.startswith("KEY_")] == [
        "KEY_F2 : l'article 99 n'est pas au catalogue"
    ]


def test_a_service_that_is_not_installed_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["config", "new", "cave", str(tmp_path / "shop"), *SHOP]) == 0
    settings = tmp_path / "shop" / "terminal.toml"
    settings.write_text(settings.read_text() + '\n[agent]\nservices = ["health", "mail"]\n')
    assert main(["config", "check", "--json", "--config", str(settings)]) == 0
    doubts = json.loads(capsys.readouterr().out.splitlines()[-1])["doubts"]
    (said,) = (each for each in doubts if "services" in each)
    assert said.startswith("[agent] services : mail n'est pas installé (il y a : alerts, ")


def test_a_siret_is_checked() -> None:
    """INSEE's own establishment, and the VAT number that the tax office gives for it."""
    assert siret_digits("120 027 016 00563") == "12002701600563"
    assert vat_number("732829320") == "FR44732829320"
    with pytest.raises(ValueError, match="SIRET"):
        siret_digits("120 027 016 00564")


def test_an_import_is_shown_and_then_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "export.csv"
    table.write_text("nom;prix\nPAIN;1,30\nSEL;un\n")
    out = tmp_path / "catalog.csv"
    words = ["catalog", "import", str(table), "--from", "csv", "--with-tax"]
    assert main(words) == 1
    assert "--vat standard=…" in capsys.readouterr().err
    words += ["--vat", "standard=5,5"]
    assert main(words) == 0
    assert not out.exists() and "SEL : 'un' n'est pas un nombre" in capsys.readouterr().out
    assert main([*words, "--out", str(out)]) == 0
    catalog, problems = parse_catalog(out.read_bytes())
    assert [item.name for item in catalog.items] == ["PAIN"] and problems == ()
    assert main([*words, "--out", str(out)]) == 1
