"""The organisation that runs this installation, and what follows from it."""

from django.conf import settings

from merchants.models import Organisation


def find_organisation() -> Organisation | None:
    """Find the organisation; None until the installation is set up."""
    return Organisation.objects.first()


def list_currencies() -> list[str]:
    """List the currencies that are in use here, the organisation's own first."""
    organisation = find_organisation()
    own = [organisation.currency] if organisation else []
    return list(dict.fromkeys([*own, *settings.CURRENCIES]))
