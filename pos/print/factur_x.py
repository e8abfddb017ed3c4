"""Says in a PDF's metadata that the attached XML is its Factur-X invoice.

Typst attaches the file and marks the pages as PDF/A-3; it writes no metadata of others. All
else of the document stays as it was: pages, tags, language, and the file's own marks.
"""

from io import BytesIO

from lxml import etree
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject, StreamObject

from merchants.e_invoices import FILE_NAME, PROFILE

_FX = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_EXTENSION = "http://www.aiim.org/pdfa/ns/extension/"
_SCHEMA = "http://www.aiim.org/pdfa/ns/schema#"
_PROPERTY = "http://www.aiim.org/pdfa/ns/property#"
_FACTS = {
    "ConformanceLevel": PROFILE,
    "DocumentFileName": FILE_NAME,
    "DocumentType": "INVOICE",
    "Version": "1.0",
}
# By their bytes, as XMP asks for.
_BEGIN = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'.encode()
_END = b'<?xpacket end="r"?>'


def declare_factur_x(pdf: bytes) -> bytes:
    """Return a PDF/A-3 with Factur-X's metadata; the same bytes for the same ones.

    Raises:
        ValueError: its metadata has no list of extension schemas, which Typst writes.
    """
    reader = PdfReader(BytesIO(pdf))
    writer = PdfWriter(clone_from=reader)
    metadata = StreamObject()
    metadata[NameObject("/Type")] = NameObject("/Metadata")
    metadata[NameObject("/Subtype")] = NameObject("/XML")
    found = writer.root_object["/Metadata"].get_object()
    assert isinstance(found, StreamObject)
    assert found.indirect_reference is not None, "it is of the catalog, by reference"
    metadata.set_data(_declare(found.get_data()))
    # In its place, so that nothing of the old one is left.
    writer.root_object[NameObject("/Metadata")] = writer._replace_object(  # noqa: SLF001
        found.indirect_reference, metadata
    ).indirect_reference
    made = BytesIO()
    writer.write(made)
    return made.getvalue()


def _declare(xmp: bytes) -> bytes:
    root = etree.fromstring(xmp, etree.XMLParser(resolve_entities=False, no_network=True))
    packet = root if root.tag.endswith("xmpmeta") else root.getroottree().getroot()
    bag = packet.find(f".//{{{_EXTENSION}}}schemas/{{{_RDF}}}Bag")
    if bag is None:
        msg = "the metadata lists no extension schemas"
        raise ValueError(msg)
    bag.append(_describe_schema())
    rdf = packet.find(f"{{{_RDF}}}RDF")
    assert rdf is not None, "a list is in it"
    facts = etree.SubElement(rdf, f"{{{_RDF}}}Description", nsmap={"fx": _FX})
    facts.set(f"{{{_RDF}}}about", "")
    for name, value in _FACTS.items():
        etree.SubElement(facts, f"{{{_FX}}}{name}").text = value
    text: bytes = etree.tostring(packet)
    return _BEGIN + text + _END


def _describe_schema() -> etree._Element:
    schema = _item()
    _say(
        schema, _SCHEMA, schema="Factur-X PDFA Extension Schema", namespaceURI=_FX, prefix="fx"
    )
    properties = etree.SubElement(schema, f"{{{_SCHEMA}}}property")
    listed = etree.SubElement(properties, f"{{{_RDF}}}Seq")
    for name in _FACTS:
        each = _item()
        _say(
            each,
            _PROPERTY,
            name=name,
            valueType="Text",
            category="external",
            description=f"{name} of the e-invoice in this file",
        )
        listed.append(each)
    return schema


def _item() -> etree._Element:
    item = etree.Element(f"{{{_RDF}}}li")
    item.set(f"{{{_RDF}}}parseType", "Resource")
    return item


def _say(item: etree._Element, namespace: str, **facts: str) -> None:
    for name, value in facts.items():
        etree.SubElement(item, f"{{{namespace}}}{name}").text = value
