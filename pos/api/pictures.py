"""The API of pictures: what a camera saw is read for a page whose browser cannot."""

from collections.abc import Mapping, Sequence
from typing import IO, Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from foundation.answers import Answer, NumberField, TextsField
from pos.api.charges import PosView
from pos.pictures import read_seen
from qr.errors import PayloadInvalid
from qr.scanning import BYTES_MAX, Symbology

_MAKES = ("image/jpeg", "image/png", "image/webp")


class PictureParser(BaseParser):
    """The body is the picture."""

    media_type = "image/*"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Return the bytes, up to one more than are read."""
        return {"picture": stream.read(BYTES_MAX + 1)}


class PartSerializer(Answer):
    """A code that is one of several which say something only together."""

    number = NumberField(help_text="Counted from 1.")
    total = NumberField()


class PictureTextsSerializer(Answer):
    """What the codes in a picture say."""

    texts = TextsField(help_text="Of each QR code and Code 128, from top to bottom.")
    parts = PartSerializer(
        many=True, help_text="Parts of split codes whose other parts are not in the picture."
    )


class PictureReading(APIView):
    """The reading of a picture; it is kept nowhere."""

    parser_classes = [PictureParser]
    symbologies: Sequence[Symbology] = tuple(Symbology)

    @extend_schema(
        request=dict.fromkeys(_MAKES, OpenApiTypes.BINARY), responses=PictureTextsSerializer
    )
    def post(self, request: Request) -> Response:
        """Return the texts of the codes in a picture, and what parts of split ones it holds."""
        picture = dict(request.data).get("picture", b"")
        try:
            seen = read_seen(picture, symbologies=self.symbologies)
        except PayloadInvalid as refusal:
            raise serializers.ValidationError({"picture": str(refusal)}) from refusal
        return Response(PictureTextsSerializer.show(seen))


@extend_schema_view(post=extend_schema(operation_id="read_picture"))
class PicturesView(PictureReading, PosView):
    """What a till's camera saw: a phone shows its code as QR code and as bars."""
