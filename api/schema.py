"""The description of the API: the parts common to all operations."""

from collections import defaultdict
from functools import cache
from typing import Any, cast

from django.db.models import Choices
from django.http import Http404
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from foundation.answers import Answer, ChoiceField, NumberField, TextField, make_answer
from foundation.bearers import BearerAuthentication
from foundation.refusals import Member, find_problem, list_problems, list_refused

_FRAMEWORK: dict[type[Exception], tuple[int, str]] = {
    Http404: (404, "not_found"),
    ValidationError: (400, "request_invalid"),
}
# Any request may meet these; one with a body also `request_invalid` and
# `unsupported_media_type`.
EVERYWHERE = {
    "not_authenticated": 401,
    "still_running": 409,
    "busy": 503,
    "timed_out": 503,
    "overloaded": 503,
    "try_again": 503,
    "unavailable": 503,
}


class ApiSchema(AutoSchema):
    """The framework's description, with the view's group, its summary and its refusals."""

    def get_summary(self) -> str:
        """Return the first line of the view's docstring."""
        return self.get_description().partition("\n")[0]

    def get_tags(self) -> list[str]:
        """Return the view's group, which separates the tills' operations from the phones'."""
        return [cast(Any, self.view).group]

    def get_operation(self, *args: Any) -> dict[str, Any] | None:
        """Describe the operation with its refusals."""
        operation: dict[str, Any] | None = super().get_operation(*args)
        if operation is None:
            return None
        for status, codes in sorted(self._group_codes("requestBody" in operation).items()):
            problem = self.resolve_serializer(describe_problems(), "response").ref
            operation["responses"][str(status)] = {
                "description": ", ".join(codes),
                "content": {"application/problem+json": {"schema": problem}},
            }
        return operation

    def _group_codes(self, has_body: bool) -> dict[int, list[str]]:  # noqa: FBT001  a fact
        codes = defaultdict(list)
        for refusal in list_refused(getattr(self.view, self.method.lower()).__func__):
            status, code = find_status(refusal)
            codes[status].append(code)
        if has_body:
            codes[400].append("request_invalid")
            codes[415].append("unsupported_media_type")
        for code, status in EVERYWHERE.items():
            codes[status].append(code)
        return {status: list(dict.fromkeys(found)) for status, found in codes.items()}


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # its metaclass
    """Describes a bearer secret in the words of its authentication class."""

    target_class = "foundation.bearers.BearerAuthentication"
    match_subclasses = True

    def __init__(self, target: type[BearerAuthentication]) -> None:
        super().__init__(target)  # type: ignore[no-untyped-call]  # as it is
        self.name = target.scheme

    def get_security_definition(self, *_: Any) -> dict[str, str]:
        """Describe the header."""
        return {"type": "http", "scheme": "bearer", "description": self.target.holds}


class FieldProblemSerializer(Answer):
    """What is wrong with one field."""

    field = TextField(help_text="amount.amount_minor, pin, …")
    code = TextField()
    detail = TextField(help_text="One sentence for people.")


def describe_problems() -> type[Answer]:
    """Return the serializer of a problem, with the members that some refusals add."""
    told = {member for each in list_problems().values() for member in each.members}
    return _describe_with(tuple(sorted(told, key=lambda member: member.name)))


@cache
def _describe_with(members: tuple[Member, ...]) -> type[Answer]:
    return make_answer(
        "Problem",
        doc="Why a request was refused (RFC 9457).",
        type=TextField(help_text="/api/docs/#code"),
        title=TextField(),
        status=NumberField(),
        code=TextField(help_text="Stable: programs decide by it."),
        detail=TextField(help_text="One sentence for people."),
        errors=FieldProblemSerializer(many=True, required=False),
        **{member.name: _describe_member(member) for member in members},
    )


def find_status(refusal: type[Exception]) -> tuple[int, str]:
    """Return the status and the code with which the API answers this kind of refusal."""
    told = find_problem(refusal)
    return (told.status, told.code) if told else _FRAMEWORK[refusal]


def _describe_member(member: Member) -> serializers.Field[Any, Any, Any, Any]:
    if issubclass(member.kind, Choices):
        return ChoiceField(member.kind.choices, required=False, help_text=member.note)
    kind = NumberField if issubclass(member.kind, int) else TextField
    return kind(required=False, help_text=member.note)
