"""The API of a wallet's statement."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.answers import Answer, InstantField, Money, MoneySerializer, TextField
from foundation.paging import AFTER, page_of, read_after
from foundation.refusals import refuses
from pos.errors import NotFound
from wallet.api.payments import WalletApiView
from wallet.movements import page_movements


class MovementSerializer(Answer):
    """One line of a wallet's statement."""

    id = TextField(source="public_id", help_text="mv_…")
    kind = TextField(
        source="line.kind",
        help_text="top_up, capture, refund, redeem, bounce, return, credit, adjust.",
    )
    title = TextField(help_text="The shop, or where the money came from.")
    amount = MoneySerializer(help_text="Below zero of what went out.")
    balance = MoneySerializer(
        of=lambda movement: Money(movement.line.balance_after_minor, movement.currency),
        help_text="What the wallet held right after it.",
    )
    reason = TextField(help_text="Why an operator corrected it by hand; empty of all else.")
    at = InstantField(source="line.posted_at")
    payment = TextField(
        allow_null=True,
        source="payment.public_id",
        help_text="py_… of the payment, also of one that was refunded.",
    )
    refund = TextField(
        allow_null=True, source="refund.public_id", help_text="rf_… of a refund."
    )


MovementPage = page_of("MovementPage", MovementSerializer)


class MovementsView(WalletApiView):
    """Everything that went into and out of the wallet."""

    @extend_schema(operation_id="list_movements", parameters=[AFTER], responses=MovementPage)
    @refuses(NotFound)
    def get(self, request: Request) -> Response:
        """List movements, newest first, a page at a time, each with the balance after it."""
        page = page_movements(self.wallet, after=read_after(request))
        return Response(MovementPage.show(page))
