"""The API keys of a merchant's servers: made and shown once, named, revoked."""

from uuid import UUID

from django.db.models import QuerySet
from django.db.models.functions import Now

from foundation.once import make_once
from identity.bearer import digest_secret, make_secret
from merchants.models import ApiKey, Merchant


def list_keys(merchant: Merchant) -> QuerySet[ApiKey]:
    """List the merchant's keys, those in use first, the newest first."""
    return ApiKey.objects.filter(merchant=merchant).order_by("-revoked_at", "-id")


def make_key(merchant: Merchant, *, key_id: UUID, label: str) -> tuple[ApiKey, str]:
    """Make a key and return it with its secret; the secret is empty if it was shown before.

    Raises:
        FormReused: the form made another key before.
    """
    secret = make_secret("sk")
    key = make_once(
        ApiKey.objects.filter(merchant=merchant),
        key_id,
        make=lambda made_id: ApiKey.objects.create(
            id=made_id, merchant=merchant, digest=digest_secret(secret), label=label
        ),
        is_same=lambda key: key.label == label,
    )
    is_new = bytes(key.digest) == digest_secret(secret)
    return key, secret if is_new else ""


def revoke_key(key: ApiKey) -> None:
    """Revoke a key: it opens nothing from now on; again changes nothing."""
    ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=Now())
