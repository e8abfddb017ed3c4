"""How the API shows a payer's things: the wallet, its claims and its payments."""

from typing import Any, NamedTuple

from foundation.answers import (
    Answer,
    FlagField,
    InstantField,
    MoneySerializer,
    TextField,
    TextsField,
)
from foundation.paging import page_of
from merchants.models import Store
from pos.models import Charge
from pos.serializers import ChargeSerializer, find_receipt, name_payer
from wallet.limits import needs_pin
from wallet.models import Wallet


class Seen(NamedTuple):
    """A charge, and the wallet whose owner looks at it."""

    wallet: Wallet
    charge: Charge


class PayeeSerializer(Answer):
    """Who is paid."""

    name = TextField()
    is_verified = FlagField()


class PayerChargeSerializer(ChargeSerializer):
    """A charge as its payer sees it, with the shop's name."""

    payer = TextField(
        allow_null=True,
        of=name_payer,
        help_text="Your masked name; null while it is not you who pays.",
    )
    receipt = TextField(
        allow_null=True,
        of=find_receipt,
        help_text="Address of the receipt, once you have paid; else null.",
    )
    merchant = PayeeSerializer(source="store.merchant")
    store_name = TextField(source="store.name")
    store_address = TextField(of=lambda charge: write_address(charge.store))

    def to_representation(self, instance: Seen) -> dict[str, Any]:
        """Return the charge for whoever would pay it.

        A code is seen by everybody around it: who pays, and the address that opens the
        receipt, are told to the payer alone.
        """
        wallet, charge = instance
        if charge.payer_account_id == wallet.account_id:
            return self.fill(charge)
        return self.fill(charge, payer=None, receipt=None)


class ClaimSerializer(Answer):
    """A payer's hold on a charge."""

    id = TextField(source="public_id", help_text="cl_…")
    charge = PayerChargeSerializer(of=lambda claim: Seen(claim.wallet, claim.charge))
    lease_until = InstantField(
        source="charge.lease_until", help_text="Confirm before, or claim again."
    )
    needs = TextsField(
        of=lambda claim: ["pin"] if needs_pin(claim.wallet, claim.charge.amount_minor) else [],
        help_text="What the payment must carry: nothing, or pin.",
    )


class PaymentSerializer(Answer):
    """A confirmed payment."""

    id = TextField(source="public_id", help_text="py_…")
    charge = PayerChargeSerializer(of=lambda payment: Seen(payment.wallet, payment.charge))
    amount = MoneySerializer()
    balance = MoneySerializer(
        source="balance_after", help_text="What the wallet held right after it."
    )
    confirmed_at = InstantField()
    receipt = TextField(source="charge.receipt_url", help_text="Address of the receipt.")


PaymentPage = page_of("PaymentPage", PaymentSerializer)


class WalletSerializer(Answer):
    """A wallet."""

    id = TextField(source="public_id", help_text="wl_…")
    name = TextField(source="user.name")
    balance = MoneySerializer()
    available = MoneySerializer(help_text="What of it may be spent.")


def write_address(store: Store) -> str:
    """Return where a store is, on one line."""
    return ", ".join(filter(None, [store.street, store.city]))
