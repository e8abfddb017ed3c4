"""Doors pressed twice at once: each opens once, and a shop keeps an owner."""

import uuid
from collections import Counter
from functools import partial

import pytest

from console import set_up
from console.decisions import approve, decline
from console.errors import LiftDecided, SetUpClosed
from console.models import AuditEntry, Operator
from console.wallets import ask_to_lift, freeze_wallet, grant_lift, withdraw_lift
from identity.errors import CodesTooMany, CodeWrong, VerificationOver
from identity.models import User, Verification
from identity.verifications import confirm_code, derive_code, start_verification
from merchants.addresses import Address
from merchants.errors import ApplicationDecided, LastOwner
from merchants.invitations import accept
from merchants.models import (
    Application,
    Invitation,
    MerchantBalance,
    Organisation,
    Role,
    StaffMember,
    Store,
)
from merchants.onboarding import open_merchant
from merchants.people import dismiss
from merchants.stores import add_store
from tests import factories
from tests.owners import logged_in_as_owner
from wallet import joining
from wallet.errors import WalletAlready
from wallet.models import Wallet

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120, func_only=True)]
AT_ONCE = 8
ADDRESS = Address(
    street="Quay Street", building_number="3", postcode="D02", town="Dublin", country="IE"
)


@pytest.fixture
def operators(committed):
    """Two operators, made by the owner of the tables as the command does."""
    people = [
        User.objects.create(name=name, email=f"{uuid.uuid4().hex}@operator.test")
        for name in ("Aoife", "Brian")
    ]
    with logged_in_as_owner():
        return [Operator.objects.create(user=user) for user in people]


def test_of_two_operators_one_decides(crowd, operators):
    first, second = operators
    for _ in range(10):
        application = factories.apply_as_shop()
        jobs = [
            partial(approve, application, by=first, device=""),
            partial(approve, _read(application), by=second, device=""),
            partial(decline, _read(application), by=second, device="", reason="No."),
        ]

        outcomes = crowd.act(jobs, refusals=(ApplicationDecided,))

        refused = [each for each in outcomes if isinstance(each, ApplicationDecided)]
        assert len(refused) == 2
        kept = _read(application)
        assert (kept.merchant is not None) == (kept.status == "approved")
        assert AuditEntry.objects.filter(subject=application.id).count() == 1


def test_of_many_who_set_up_at_once_one_does(crowd, committed):
    code = set_up.read_code()
    operators = [
        set_up.NewOperator(
            name="Aoife", email=f"{uuid.uuid4().hex}@operator.test", password=uuid.uuid4().hex
        )
        for _ in range(AT_ONCE)
    ]
    jobs = [
        partial(set_up.set_up, code, factories.ORGANISATION, operator, device="")
        for operator in operators
    ]
    try:
        outcomes = crowd.act(jobs, refusals=(SetUpClosed,))

        assert sum(isinstance(each, SetUpClosed) for each in outcomes) == AT_ONCE - 1
        emails = [operator.email for operator in operators]
        assert User.objects.filter(email__in=emails).count() == 1
        assert Operator.objects.filter(user__email__in=emails).count() == 1
        assert Organisation.objects.count() == 1
    finally:
        with logged_in_as_owner():
            Organisation.objects.all().delete()
            set_up.draw_code()


def test_of_those_who_grant_and_withdraw_a_lift_at_once_one_does(crowd, operators):
    asker, other = operators
    for _ in range(10):
        wallet = factories.open_customer().wallet
        freeze_wallet(wallet, by=asker, reason="Stolen.", device="")
        lift = ask_to_lift(wallet, by=asker, reason="Found.", device="")
        jobs = [
            partial(grant_lift, lift.id, by=other, device=""),
            partial(grant_lift, lift.id, by=other, device=""),
            partial(withdraw_lift, lift.id, by=asker, device=""),
        ]

        outcomes = crowd.act(jobs, refusals=(LiftDecided,))

        assert Counter(map(type, outcomes)) == {type(None): 1, LiftDecided: 2}
        lift.refresh_from_db()
        wallet.refresh_from_db()
        assert (lift.granted_at is None) == (wallet.frozen_by == "operator")


def _read(application):
    return Application.objects.get(pk=application.pk)


def test_two_owners_who_dismiss_each_other_leave_one(crowd, committed):
    for _ in range(10):
        shop = factories.open_shop()
        owners = [factories.hire_person(shop, role=Role.OWNER) for _ in range(2)]

        outcomes = crowd.act([partial(dismiss, each) for each in owners], refusals=(LastOwner,))

        assert Counter(map(type, outcomes)) == {type(None): 1, LastOwner: 1}
        left = StaffMember.objects.filter(merchant=shop.merchant, is_active=True)
        assert left.filter(role=Role.OWNER).count() == 1


def test_a_form_sent_many_times_at_once_opens_one_store(crowd, committed):
    shop = factories.open_shop()
    for number in range(5):
        job = partial(
            add_store,
            shop.merchant,
            store_id=uuid.uuid4(),
            name=f"Pier {number}",
            currency="EUR",
            address=ADDRESS,
        )

        opened = crowd.act([job] * AT_ONCE)

        assert len({store.pk for store in opened}) == 1
        assert Store.objects.filter(merchant=shop.merchant).count() == number + 2


def test_the_first_stores_of_a_merchant_open_at_the_same_moment(crowd, committed):
    for _ in range(5):
        merchant = open_merchant("Pier", country="IE", time_zone="Europe/Dublin")
        jobs = [
            partial(
                add_store,
                merchant,
                store_id=uuid.uuid4(),
                name=f"Pier {number}",
                currency="EUR",
                address=ADDRESS,
            )
            for number in range(AT_ONCE)
        ]

        opened = crowd.act(jobs)

        assert len({store.pk for store in opened}) == AT_ONCE
        assert MerchantBalance.objects.filter(merchant=merchant).count() == 1


def test_a_person_accepts_several_invitations_at_the_same_moment(crowd, committed):
    for _ in range(5):
        shop, address = factories.open_shop(), f"{uuid.uuid4().hex}@mail.test"
        jobs = [
            partial(
                accept,
                factories.invite(place, email=address),
                name="Mary",
                password=f"seven harbour seals {number}",
            )
            for number, place in enumerate([shop, shop, shop, factories.open_shop()])
        ]

        people = crowd.act(jobs)

        assert len({person.pk for person in people}) == 1
        assert StaffMember.objects.filter(user=people[0]).count() == 2
        assert not Invitation.objects.filter(email=address, accepted_at=None).exists()


def test_a_code_is_tried_five_times_however_many_try_at_once(crowd, committed):
    verification = start_verification(joining.JOIN, address=f"{uuid.uuid4().hex}@mail.test")
    code = f"{(int(derive_code(verification.pk)) + 1) % 10**8:08}"

    outcomes = crowd.act(
        [partial(confirm_code, verification, code)] * 20,
        refusals=(CodeWrong, VerificationOver),
    )

    assert Counter(map(type, outcomes)) == {CodeWrong: 5, VerificationOver: 15}


def test_an_address_gets_five_codes_however_many_ask_at_once(crowd, committed):
    address = f"{uuid.uuid4().hex}@mail.test"

    outcomes = crowd.act(
        [partial(joining.ask_to_join, address, name="Li")] * 12, refusals=(CodesTooMany,)
    )

    assert Counter(map(type, outcomes)) == {Verification: 5, CodesTooMany: 7}
    assert Verification.objects.filter(address=address).count() == 5


def test_a_proof_opens_one_wallet(crowd, committed):
    address = f"{uuid.uuid4().hex}@mail.test"
    verification = joining.ask_to_join(address, name="Li")
    confirm_code(verification, derive_code(verification.pk))

    outcomes = crowd.act(
        [partial(joining.join, verification, pin="482915")] * AT_ONCE,
        refusals=(VerificationOver, WalletAlready),
    )

    assert Counter(map(type, outcomes)) == {User: 1, VerificationOver: AT_ONCE - 1}
    assert Wallet.objects.filter(user__email=address).count() == 1
    assert Verification.objects.get(pk=verification.pk).used_at is not None
