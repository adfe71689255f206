"""The page of conformity: every condition has a proof that is there, or says what is missing."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "conformity.md").read_text()
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.splitlines()
    if line.startswith("| ") and not line.startswith("| condition")
]
LINK = re.compile(r"\]\(([^)#]+)")


def test_every_condition_has_a_proof_or_says_what_is_missing() -> None:
    assert len(ROWS) > 20
    for condition, source, proof, missing in ROWS:
        assert source, condition
        linked = [ROOT / "docs" / name for name in LINK.findall(proof)]
        assert linked or missing.startswith("manque"), condition
        assert all(path.exists() for path in linked), condition


def test_a_proof_is_a_test_unless_a_page_is_all_there_can_be() -> None:
    pages = [row[0] for row in ROWS if row[2] and "../tests/" not in row[2]]
    assert pages == ["Le commerçant ne connaît pas la clé", "Ticket à la demande seulement"]


def test_the_paragraphs_of_the_commentary_are_all_named() -> None:
    named = " ".join(row[1] for row in ROWS)
    for paragraph in ("50", "60 à 140", "90", "150", "170", "180", "220 à 250", "260"):
        assert f"§ {paragraph}" in named, paragraph


def test_the_readme_says_in_french_that_there_is_no_attestation() -> None:
    readme = " ".join((ROOT / "README.md").read_text().split())
    assert "ni attestation de l'éditeur, ni certificat" in readme
    assert "(docs/conformity.md)" in readme
