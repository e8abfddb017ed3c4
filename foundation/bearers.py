"""Authentication of the API's callers by bearer secrets."""

from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request


class BearerAuthentication(BaseAuthentication):
    """A secret in the Authorization header.

    `scheme` and `holds` are its name and its words in the API's description.
    """

    scheme: str
    holds: str

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002  the framework's form
        """Return the challenge of a 401 answer."""
        return "Bearer"


def read_bearer(request: Request) -> str:
    """Return the secret of the Authorization header; empty if there is none."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""
