"""The console's forms about money that is moved by hand."""

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from banking.adjustments import NewAdjustment
from banking.models import Break
from console.shops import find_shop
from console.wallets import find_wallet
from foundation.forms import LineField, MakingForm
from ledger.accounts import get_or_open_house_account
from ledger.chart import AccountKind
from ledger.errors import AmountUnreadable
from ledger.typed import read_money
from merchants.models import MerchantBalance
from wallet.models import Wallet

_KINDS = [
    (AccountKind.WALLET, _("A customer's wallet")),
    (AccountKind.PAYABLE, _("A shop's money")),
    (AccountKind.FEE_INCOME, _("Our own fees")),
    (AccountKind.SUSPENSE, _("Money of nobody (suspense)")),
]
_ASK_KIND = _("Choose whose money it is.")
_ASK_REASON = _("Type the reason: whose money it is reads it.")


def _choose(**options: Any) -> forms.ChoiceField:
    asked = {"required": _ASK_KIND, "invalid_choice": _ASK_KIND}
    return forms.ChoiceField(choices=_KINDS, error_messages=asked, **options)


def _name(label: Promise) -> LineField:
    return LineField(
        label=label,
        ask=_("Type whose, in up to 254 letters."),
        max_length=254,
        required=False,
        help_text=_("A wallet's or shop's reference, or a customer's phone or e-mail."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


def _reason() -> forms.CharField:
    return forms.CharField(
        label=_("Reason"),
        max_length=200,
        help_text=_("The customer and the shop read it beside the amount."),
        error_messages={
            "required": _ASK_REASON,
            "max_length": _("Type the reason in up to 200 letters."),
        },
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class AdjustmentForm(MakingForm):
    """From whom, to whom, how much, and why."""

    debit = _choose(label=_("Take it from"))
    debit_name = _name(_("Whose?"))
    credit = _choose(label=_("Give it to"))
    credit_name = _name(_("Whose?"))
    amount = forms.CharField(
        label=_("Amount"),
        max_length=40,
        error_messages={"required": _("Type the amount.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "decimal"}),
    )
    currency = forms.ChoiceField(
        label=_("Currency"), choices=lambda: [(code, code) for code in settings.CURRENCIES]
    )
    reason = _reason()

    def clean(self) -> dict[str, Any]:
        """Read the amount, and find both accounts."""
        typed = super().clean() or self.cleaned_data
        currency = typed.get("currency")
        if not currency:
            return typed
        for side in ("debit", "credit"):
            if typed.get(side):
                typed[f"{side}_account"] = self._find(side, currency)
        if typed.get("amount"):
            try:
                typed["amount_minor"] = read_money(typed["amount"], currency)
            except AmountUnreadable as refusal:
                self.add_error("amount", str(refusal))
        return typed

    def read_adjustment(self) -> NewAdjustment:
        """Return what was typed."""
        typed = self.cleaned_data
        return NewAdjustment(
            debit_account_id=typed["debit_account"],
            credit_account_id=typed["credit_account"],
            amount_minor=typed["amount_minor"],
            reason=typed["reason"],
        )

    def _find(self, side: str, currency: str) -> UUID | None:
        kind, name = self.cleaned_data[side], self.cleaned_data.get(f"{side}_name", "")
        if kind == AccountKind.WALLET:
            account_id = _find_wallet(name, currency)
        elif kind == AccountKind.PAYABLE:
            account_id = _find_payable(name, currency)
        else:
            return get_or_open_house_account(kind, currency=currency)
        if account_id is None:
            words = gettext("Nobody of this name has money in %(currency)s here.")
            self.add_error(f"{side}_name", words % {"currency": currency})
        return account_id


class RecoveryForm(MakingForm):
    """From which wallet a top-up is taken back that the bank took back."""

    address = _name(_("Customer's e-mail, phone number or wallet"))
    recovery_reason = _reason()

    def __init__(self, *args: Any, row: Break, **options: Any) -> None:
        """Settle this break."""
        super().__init__(*args, auto_id="recovery_%s", **options)
        self.row = row
        self.fields["address"].required = True

    def clean_address(self) -> UUID:
        """Find the wallet's account."""
        account_id = _find_wallet(self.cleaned_data["address"], self.row.currency)
        if account_id is None:
            words = gettext("Nobody of this name has money in %(currency)s here.")
            raise forms.ValidationError(words % {"currency": self.row.currency})
        return account_id

    def read_adjustment(self) -> NewAdjustment:
        """Return what was typed: to suspense, as much as the bank took back."""
        suspense = get_or_open_house_account(AccountKind.SUSPENSE, currency=self.row.currency)
        return NewAdjustment(
            debit_account_id=self.cleaned_data["address"],
            credit_account_id=suspense,
            amount_minor=-self.row.amount_minor,
            reason=self.cleaned_data["recovery_reason"],
            about=self.row,
        )


def _find_wallet(name: str, currency: str) -> UUID | None:
    wallet = find_wallet(name) if name else None
    if wallet is None:
        return None
    if wallet.currency != currency and name != wallet.public_id:
        # Of a person's wallets the one in this currency.
        wallet = Wallet.objects.filter(user=wallet.user, currency=currency).first()
    return wallet.account_id if wallet and wallet.currency == currency else None


def _find_payable(name: str, currency: str) -> UUID | None:
    shop = find_shop(name)
    balances = MerchantBalance.objects.filter(merchant=shop, currency=currency)
    return balances.values_list("payable_account_id", flat=True).first() if shop else None
