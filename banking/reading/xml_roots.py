"""The root of an XML file, found before anything else of it is read."""

from typing import IO
from xml.sax import SAXException, SAXParseException
from xml.sax.handler import ContentHandler, feature_namespaces

from defusedxml import DefusedXmlException
from defusedxml.expatreader import create_parser
from django.utils.translation import gettext

from banking.errors import StatementUnreadable

_CHUNK = 4096
# A comment or a declaration may stand before the root, but not a book.
_PROLOG_MAX = 65_536


class _Found(SAXException):
    """The root was reached; its message is the namespace."""


class _RootFinder(ContentHandler):
    def startElementNS(  # noqa: N802 - xml.sax names it
        self, name: tuple[str | None, str], _qname: str | None, _attributes: object
    ) -> None:
        raise _Found(name[0] or "")


def find_namespace(file: IO[bytes]) -> str:
    """Return the namespace of an XML file's root; reads no further, and goes back to the start.

    A document type can only stand before the root: with it entities would come, so a file that
    has one is refused here, and what is read after this has none.

    Raises:
        StatementUnreadable: no XML, or one with a document type.
    """
    parser = create_parser(forbid_dtd=True)
    parser.setFeature(feature_namespaces, True)  # noqa: FBT003 - xml.sax has no other way
    parser.setContentHandler(_RootFinder())
    start = file.tell()
    try:
        while file.tell() - start < _PROLOG_MAX and (chunk := file.read(_CHUNK)):
            parser.feed(chunk)
    except _Found as found:
        return found.getMessage()
    except DefusedXmlException:
        words = gettext("it declares a document type, which no bank's file does.")
        raise StatementUnreadable(words, line=parser.getLineNumber()) from None
    except (LookupError, ValueError):
        # Python's codecs say so, not the parser.
        words = gettext("it declares an encoding that no bank uses.")
        raise StatementUnreadable(words, line=1) from None
    except SAXParseException as fault:
        raise StatementUnreadable(
            gettext("this is not XML."), line=fault.getLineNumber() or 1
        ) from None
    finally:
        file.seek(start)
    raise StatementUnreadable(gettext("the file has no content."), line=1)
