"""An endpoint is described where it stands: nothing of `api/` knows of it."""

from types import SimpleNamespace

from django.urls import path
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from foundation.answers import Answer, TextField
from foundation.idempotency import KEY, IdempotencyMismatch
from foundation.refusals import refuses
from pos.errors import ChargeNotPayable


class BellSerializer(Answer):
    """A bell."""

    tone = TextField(help_text="As in c sharp.")


class BellsView(APIView):
    """All bells."""

    permission_classes = []
    group = "Bells"

    @extend_schema(
        operation_id="ring_bell",
        parameters=[KEY],
        request=None,
        responses={201: BellSerializer},
    )
    @refuses(ChargeNotPayable, IdempotencyMismatch)
    def post(self, request):
        """Ring a bell."""
        if "broken" in request.query_params:
            raise ChargeNotPayable("expired")
        return Response(BellSerializer.show(SimpleNamespace(tone="c")), status=201)


def ring(query=""):
    answer = BellsView.as_view()(APIRequestFactory().post(f"/api/v1/bells{query}"))
    return answer.status_code, answer.data


def test_a_view_with_its_decorators_is_described_whole():
    routes = [path("api/v1/bells", BellsView.as_view())]

    schema = SchemaGenerator(patterns=routes).get_schema(request=None, public=True)

    operation = schema["paths"]["/api/v1/bells"]["post"]
    assert (operation["operationId"], operation["tags"]) == ("ring_bell", ["Bells"])
    assert operation["summary"] == "Ring a bell."
    assert [each["name"] for each in operation["parameters"]] == ["Idempotency-Key"]
    made = operation["responses"]["201"]["content"]["application/json"]["schema"]
    assert made == {"$ref": "#/components/schemas/Bell"}
    described = {status: each["description"] for status, each in operation["responses"].items()}
    assert described["409"] == "charge_not_payable, still_running"
    assert described["422"] == "idempotency_mismatch"


def test_its_answers_and_its_refusals_are_told_as_all_others():
    assert ring() == (201, {"tone": "c"})

    status, problem = ring("?broken")

    assert (status, problem["code"], problem["charge_status"]) == (
        409,
        "charge_not_payable",
        "expired",
    )
