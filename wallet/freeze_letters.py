"""What a wallet's owner is told when it is frozen or unfrozen."""

from uuid import UUID

from django.utils.translation import gettext

from relay.letters import Text


def write_frozen(_wallet_id: UUID) -> Text:
    """Write to somebody whose wallet was frozen."""
    words = gettext(
        "Your wallet was frozen just now: no money leaves it until it is unfrozen. If it was"
        " not you, look at your wallet's page “Safety”, or ask whoever runs it."
    )
    return Text(subject=gettext("Your wallet is frozen"), body=f"{words}\n")


def write_unfrozen(_wallet_id: UUID) -> Text:
    """Write to somebody whose wallet was unfrozen."""
    words = gettext(
        "Your wallet was unfrozen just now, and pays again. If it was not you, freeze it again"
        " and choose a new PIN."
    )
    return Text(subject=gettext("Your wallet is not frozen any more"), body=f"{words}\n")
