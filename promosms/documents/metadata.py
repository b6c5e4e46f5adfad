"""Adds the Factur-X properties to the XMP metadata of a PDF/A-3; typst has no option for them.

Source: Factur-X 1.0, section 6: four properties, described by a PDF/A extension schema. All other
objects stay as typst has written them.
"""

import io

_SPACE = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
_PROPERTIES = {
    "DocumentFileName": ("factur-x.xml", "The name of the embedded XML document"),
    "DocumentType": ("INVOICE", "The type of the hybrid document in capital letters"),
    "Version": ("1.0", "The version of the standard of the embedded XML document"),
    "ConformanceLevel": ("EN 16931", "The conformance level of the embedded XML document"),
}
_VALUES = "".join(f"<fx:{name}>{value}</fx:{name}>" for name, (value, _) in _PROPERTIES.items())
_DESCRIBED = "".join(
    '<rdf:li rdf:parseType="Resource">'
    "<pdfaProperty:category>external</pdfaProperty:category>"
    f"<pdfaProperty:description>{text}</pdfaProperty:description>"
    f"<pdfaProperty:name>{name}</pdfaProperty:name>"
    "<pdfaProperty:valueType>Text</pdfaProperty:valueType></rdf:li>"
    for name, (_, text) in _PROPERTIES.items()
)
_SCHEMA = (
    '<rdf:li rdf:parseType="Resource">'
    "<pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>"
    f"<pdfaSchema:namespaceURI>{_SPACE}</pdfaSchema:namespaceURI>"
    "<pdfaSchema:prefix>fx</pdfaSchema:prefix>"
    f"<pdfaSchema:property><rdf:Seq>{_DESCRIBED}</rdf:Seq></pdfaSchema:property></rdf:li>"
)
_SCHEMAS = "<pdfaExtension:schemas><rdf:Bag>"
_END = "</rdf:RDF>"


def add_factur_x(printed: bytes) -> bytes:
    """The PDF with the properties of Factur-X; ValueError if its metadata has another form."""
    # Loaded here, because only invoices need it: it is larger than all documents together.
    from pypdf import PdfWriter
    from pypdf.generic import DecodedStreamObject

    writer = PdfWriter(clone_from=io.BytesIO(printed))
    reference = writer.root_object.raw_get("/Metadata")
    stream = DecodedStreamObject()
    stream.update(reference.get_object())
    stream.set_data(_with_properties(reference.get_object().get_data().decode()).encode())
    writer._replace_object(reference, stream)
    writer.pdf_header = "%PDF-1.7"  # PDF/A-3 is based on this version
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _with_properties(packet: str) -> str:
    if packet.count(_SCHEMAS) != 1 or packet.count(_END) != 1:
        raise ValueError("The metadata of the PDF has no list of schemas to add to.")
    properties = f'<rdf:Description rdf:about="" xmlns:fx="{_SPACE}">{_VALUES}</rdf:Description>'
    return packet.replace(_SCHEMAS, _SCHEMAS + _SCHEMA).replace(_END, properties + _END)
