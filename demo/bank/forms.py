"""The forms of the bank's pages."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from demo.bank.accounts import is_iban, make_iban, tidy_iban
from demo.bank.bank import Bank
from demo.bank.moods import MOODS, Mood, Topic
from demo.bank.overview import list_accounts
from demo.bank.transfers import Transfer
from foundation.forms import LineField, MakingForm, PageForm
from ledger.errors import AmountUnreadable
from ledger.typed import read_money

# The accounts of people who come by and are no customers yet.
_FIRST_NEW = 2000
_SAID = {
    Mood.WELL: _("As it should be"),
    Mood.WRONG_AMOUNT: _("With one euro more than was typed"),
    Mood.WRONG_REFERENCE: _("With a mistake in the reference"),
    Mood.NO_REFERENCE: _("Without a reference"),
    Mood.REFERENCE_AS_TEXT: _("With the reference somewhere in the message"),
    Mood.PENDING: _("Pending first, booked a day later"),
    Mood.PENDING_GONE: _("Pending first, gone a day later"),
    Mood.BATCH: _("As one entry with its parts"),
    Mood.NO_ANSWER: _("Carried out without an answer"),
    Mood.LOST: _("Lost, without an answer"),
    Mood.REFUSED: _("Refused"),
    Mood.REFUSED_LATER: _("Accepted, and refused a day later"),
    Mood.RETURNED: _("Booked, and returned after two days"),
    Mood.AGAIN: _("And the same file again a day later"),
    Mood.HALF: _("Half of it, and all of it a day later"),
    Mood.OVERLAP: _("With the days of the last statement once more"),
    Mood.CHARGE: _("With a charge of the bank"),
    Mood.LATE: _("A day late"),
}
_TOPICS = {
    Topic.RUN: _("The next file of orders"),
    Topic.ORDER: _("The next order in a file"),
    Topic.REPORT: _("The next answer to a file"),
    Topic.ADVICE: _("The next notice of a credit"),
    Topic.STATEMENT: _("The next statement"),
}


def list_choices(topic: Topic) -> list[tuple[str, Any]]:
    """Return the moods of a topic in words, the good one first."""
    return [(mood.value, _SAID[mood]) for mood in (Mood.WELL, *MOODS[topic])]


class TransferForm(MakingForm):
    """A transfer as a customer of the bank types it."""

    payer = forms.ChoiceField(label=_("From the account of"))
    payer_name = LineField(
        label=_("Or of somebody new"),
        ask=_("Type the name in up to 70 letters."),
        max_length=70,
        required=False,
        help_text=_("An account is opened at once."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    payee_name = LineField(
        label=_("To"),
        ask=_("Type whom the money is for, in up to 70 letters."),
        max_length=70,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    payee = LineField(
        label=_("IBAN"),
        ask=_("Type the IBAN of the account that the money is for."),
        max_length=42,
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "ltr"}),
    )
    amount = LineField(
        label=_("Amount in euros"),
        ask=_("Type the amount, such as 25.00."),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "decimal"}),
    )
    reference = LineField(
        label=_("Reference"),
        ask=_("Type the reference in up to 35 letters."),
        max_length=35,
        required=False,
        help_text=_("It begins with RF, and is on the slip or in the code."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "ltr"}),
    )
    remittance = LineField(
        label=_("Message"),
        ask=_("Type the message in up to 140 letters."),
        max_length=140,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    mood = forms.ChoiceField(
        label=_("How it arrives"), choices=list_choices(Topic.TRANSFER), required=False
    )

    def __init__(self, bank: Bank, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._count = len(accounts := list_accounts(bank))
        names = {each.iban: each.name for each in accounts}
        field = self.fields["payer"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(names.items())
        field.required = False
        field.initial = next(iter(names), "")
        self._names = names

    def clean_payee(self) -> str:
        """Return the IBAN without blanks."""
        iban = tidy_iban(self.cleaned_data["payee"])
        if not is_iban(iban):
            raise forms.ValidationError(
                gettext("A digit of this IBAN is wrong. Compare it with the slip.")
            )
        return iban

    def clean_amount(self) -> int:
        """Return the amount in cents."""
        try:
            return read_money(self.cleaned_data["amount"], "EUR")
        except AmountUnreadable as refusal:
            raise forms.ValidationError(str(refusal)) from refusal

    def clean(self) -> None:
        """Ask for a name where there is no account, and for another payee than the payer."""
        data = self.cleaned_data
        if not data.get("payer") and not data.get("payer_name") and not self.errors:
            self.add_error("payer_name", gettext("Type the name of who sends the money."))
        if data.get("payer") == data.get("payee") and not data.get("payer_name"):
            self.add_error("payee", gettext("This is the account that the money comes from."))

    def read_transfer(self) -> Transfer:
        """Return what is to be sent; an account that is not there yet gets its IBAN."""
        data = self.cleaned_data
        is_new = bool(data["payer_name"])
        return Transfer(
            form_id=str(self.read_id()),
            payer=make_iban(_FIRST_NEW + self._count) if is_new else data["payer"],
            payer_name=data["payer_name"] if is_new else self._names[data["payer"]],
            payee=data["payee"],
            payee_name=data["payee_name"],
            amount_minor=data["amount"],
            reference="".join(data["reference"].split()).upper(),
            remittance=data["remittance"],
        )

    def read_mood(self) -> Mood:
        """Return how it is to arrive."""
        return Mood(self.cleaned_data["mood"] or Mood.WELL)


class MoodForm(PageForm):
    """What the bank is to do badly next."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for topic, label in _TOPICS.items():
            self.fields[topic.value] = forms.ChoiceField(
                label=label, choices=list_choices(topic)
            )

    def read_moods(self) -> dict[Topic, Mood]:
        """Return the mood that was chosen for each topic."""
        return {topic: Mood(self.cleaned_data[topic.value]) for topic in _TOPICS}
