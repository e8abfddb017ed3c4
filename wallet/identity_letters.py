"""What a customer is told about the decision on a higher tier."""

from uuid import UUID

from django.utils.translation import gettext

from relay.letters import Text
from wallet.models import IdentityRequest, IdentityStatus


def write_decision(request_id: UUID) -> Text | None:
    """Write to a customer how their wish was decided; None if it was not."""
    request = IdentityRequest.objects.filter(pk=request_id).first()
    if request is None or request.status not in {
        IdentityStatus.GRANTED,
        IdentityStatus.DECLINED,
    }:
        return None
    if request.status == IdentityStatus.GRANTED:
        words = gettext(
            "Your wallet's limits were raised. The wallet's page “Your limits” shows them."
        )
        return Text(subject=gettext("Your limits were raised"), body=f"{words}\n")
    words = gettext(
        "Your wallet's limits were not raised. The reason: %(reason)s\n\nYou can ask again on"
        " the wallet's page “Your limits”."
    )
    body = words % {"reason": request.reason}
    return Text(subject=gettext("Your limits were not raised"), body=f"{body}\n")
