"""Who speaks to the API: the holder of a bearer secret."""

from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request


class BearerAuthentication(BaseAuthentication):
    """A secret in the Authorization header.

    `scheme` and `holds` are its name and its words in the API's description.
    """

    scheme: str
    holds: str

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002  the framework's form
        """Make a refusal a 401 that says what to present."""
        return "Bearer"


def read_bearer(request: Request) -> str:
    """Return the secret of the Authorization header, or nothing."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""
