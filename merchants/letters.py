"""What the shop's people are told by mail.

A letter to an address that nobody has confirmed holds no word of who asked for it: its reader
may be a stranger, and the words somebody else's advertisement.
"""

from uuid import UUID

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext

from identity.models import User
from identity.passwords import make_password_token
from ledger.money import format_money
from ledger.typed import write_percent
from merchants.applications import make_token as make_application_token
from merchants.invitations import find_open, make_token
from merchants.models import (
    Application,
    ApplicationStatus,
    FeeRule,
    FeeTier,
    Invitation,
    MerchantBalance,
    PayoutAccount,
    Role,
)
from merchants.organisations import list_currencies
from qr.references import encode_reference
from relay.letters import Text


def write_invitation(invitation_id: UUID) -> Text | None:
    """Write an invitation; None if it is over meanwhile."""
    invitation = find_open(invitation_id)
    if invitation is None:
        return None
    path = reverse("merchants:invitation", kwargs={"token": make_token(invitation)})
    link = f"{settings.PUBLIC_URL}{path}"
    is_new_shop = _is_applicant(invitation)
    if not is_new_shop:
        return Text(
            subject=gettext("An invitation to a shop's dashboard"),
            body=_render("invitation", link=link),
        )
    subject = gettext("%(shop)s is approved: open your dashboard")
    return Text(
        subject=subject % {"shop": invitation.merchant.name},
        body=_render("approved", invitation=invitation, link=link),
    )


def write_join_link(application_id: UUID) -> Text | None:
    """Write to a shop that applies: the link that confirms its address."""
    application = Application.objects.filter(pk=application_id).first()
    if application is None:
        return None
    return Text(
        subject=gettext("Confirm your address"),
        body=_render("join", link=_link_to_application(application)),
    )


def write_refusal(application_id: UUID) -> Text | None:
    """Write to a shop that was declined, with the reason."""
    application = Application.objects.filter(
        pk=application_id, status=ApplicationStatus.DECLINED
    ).first()
    if application is None:
        return None
    return Text(
        subject=gettext("Your application for %(shop)s") % {"shop": application.shop_name},
        body=_render("declined", application=application),
    )


def write_password_link(user_id: UUID) -> Text | None:
    """Write to somebody who forgot the password; None if they may not sign in any more."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        return None
    return Text(
        subject=gettext("A new password for your dashboard"),
        body=_render("password", user=user, link=_link_to_password(user)),
    )


def write_password_change(_user_id: UUID) -> Text:
    """Write to somebody whose password was changed."""
    words = gettext(
        "The password of your dashboard was changed just now, and other devices were signed"
        " out. If it was not you, choose a new one at once:"
    )
    link = f"{settings.PUBLIC_URL}{reverse('merchants:forgotten')}"
    return Text(subject=gettext("Your password was changed"), body=f"{words}\n\n{link}\n")


def write_payout_account(account_id: UUID) -> Text | None:
    """Write to a shop's people that another bank account was named for its payouts."""
    account = _find_account(account_id)
    if account is None or account.withdrawn_at is not None:
        return None
    return Text(
        subject=gettext("A bank account for the payouts of %(shop)s")
        % {"shop": account.merchant.name},
        body=_render(
            "payout_account",
            account=account,
            waits=account.counts_from > account.asked_at,
            link=f"{settings.PUBLIC_URL}{reverse('merchants:bank_account')}",
        ),
    )


def write_payout_account_confirmed(account_id: UUID) -> Text | None:
    """Write to a shop's people that a second person has confirmed the bank account."""
    account = _find_account(account_id)
    if account is None or account.confirmed_by is None:
        return None
    return Text(
        subject=gettext("The bank account of %(shop)s was changed")
        % {"shop": account.merchant.name},
        body=_render(
            "payout_account_confirmed",
            account=account,
            link=f"{settings.PUBLIC_URL}{reverse('merchants:bank_account')}",
        ),
    )


def write_fee_rule(rule_id: UUID) -> Text | None:
    """Write to a shop's people that its fee changes, from which day and to which."""
    agreed = FeeRule.objects.filter(pk=rule_id, agreed_at__isnull=False)
    rule = agreed.select_related("merchant").first()
    if rule is None:
        return None
    currencies = MerchantBalance.objects.filter(merchant_id=rule.merchant_id)
    codes = sorted(currencies.values_list("currency", flat=True))
    return Text(
        subject=gettext("The fee of %(shop)s changes") % {"shop": rule.merchant.name},
        body=_render(
            "fee_rule",
            rule=rule,
            percent=write_percent(rule.mdr_bps),
            fixed=_write_amounts(rule.fee_fixed_minor, codes),
            least=_write_amounts(rule.fee_min_minor, codes),
            most=_write_amounts(rule.fee_max_minor or 0, codes),
            tiers=_write_tiers(rule),
            methods=[
                (
                    each.get_method_display(),
                    each.percent,
                    _write_amounts(each.fee_fixed_minor, codes),
                    each.fee_fixed_minor,
                )
                for each in rule.methods.all()
            ],
            link=f"{settings.PUBLIC_URL}{reverse('merchants:fees')}",
        ),
    )


def _write_amounts(amount_minor: int, currencies: list[str]) -> str:
    return ", ".join(format_money(amount_minor, currency) for currency in currencies)


def _write_tiers(rule: FeeRule) -> list[tuple[str, str]]:
    currency = list_currencies()[0]
    # A month's own rule follows the tiers of another one.
    tiers = FeeTier.objects.filter(rule=rule.tier_of_id or rule.id)
    return [
        (format_money(tier.from_minor, currency), write_percent(tier.mdr_bps)) for tier in tiers
    ]


def _find_account(account_id: UUID) -> PayoutAccount | None:
    found = PayoutAccount.objects.select_related("merchant", "asked_by", "confirmed_by")
    return found.filter(pk=account_id).first()


def _is_applicant(invitation: Invitation) -> bool:
    applied = Application.objects.filter(
        merchant_id=invitation.merchant_id, email=invitation.email
    )
    return invitation.role == Role.OWNER and applied.exists()


def _link_to_password(user: User) -> str:
    path = reverse(
        "merchants:new_password",
        kwargs={
            "person": encode_reference("us", user.id),
            "token": make_password_token(user),
        },
    )
    return f"{settings.PUBLIC_URL}{path}"


def _link_to_application(application: Application) -> str:
    token = make_application_token(application)
    return f"{settings.PUBLIC_URL}{reverse('merchants:application', kwargs={'token': token})}"


def _render(name: str, **facts: object) -> str:
    return render_to_string(f"emails/{name}.txt", facts)
