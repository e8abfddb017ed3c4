"""People in the dashboard: cashiers and their PINs, jobs, invitations, and who leaves."""

import pytest
from django.core import mail
from django.utils import timezone

from identity.models import User
from identity.pins import is_pin_of
from merchants import invitations
from merchants.forms_people import InvitationForm, NewCashierForm
from merchants.models import Invitation, Role, StaffMember
from pos.terminals import find_cashiers, offer_pairing
from relay.letters import send_due_letters
from relay.models import Letter
from tests import factories
from tests.flows.routes import employ, shop_stays_as_it_is
from tests.flows.steps import (
    open_browser,
    open_dashboard,
    read_mailed_link,
    sign_id,
    unlock,
)

pytestmark = pytest.mark.django_db
PEOPLE = "/dashboard/people/"
NEW = f"{PEOPLE}cashiers/new/"
INVITE = "/dashboard/invitations/new/"
PASSWORD = "seven harbour seals"
TYPED = {
    "name": "Sam  Doyle",
    "pin": "\u0662\u0665\u0668\u0661\u0664\u0660",  # 258140 in Arabic digits
    "store": "",
    "may_refund": "on",
    "made_id": sign_id(NewCashierForm, 4),
}
INVITED = {
    "name": "Mary Nolan",
    "email": "Mary@Mail.test",
    "role": "accountant",
    "store": "",
    "made_id": sign_id(InvitationForm, 5),
}


@pytest.fixture
def owned(shop):
    return factories.hire_person(shop, role=Role.OWNER)


@pytest.fixture
def owner(owned):
    return open_dashboard(owned)


@pytest.fixture
def cashier(shop):
    return factories.add_cashier(shop)


def test_a_cashier_is_added_once_and_unlocks_a_till(owner, shop):
    for _ in range(2):
        assert owner.post(NEW, TYPED)["Location"] == PEOPLE

    cashier = StaffMember.objects.get(user__name="Sam Doyle")
    assert (cashier.role, cashier.store, cashier.may_refund) == ("cashier", None, True)
    assert (cashier.user.email, cashier.user.phone) == (None, None)
    device = open_browser()
    device.post("/till/pair/", {"code": offer_pairing(shop.terminal)})
    assert unlock(device, cashier, pin="258140")["Location"] == "/till/"


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"name": ""}, "name", "Type the person"),
        ({"pin": ""}, "pin", "Type six digits."),
        ({"pin": "12345"}, "pin", "Type six digits."),
        ({"pin": "123456"}, "pin", "easily guessed"),
        ({"pin": "121212"}, "pin", "easily guessed"),
        ({"store": "st_x"}, "store", "Choose one of your stores."),
    ],
)
def test_what_is_wrong_is_said_and_a_pin_is_never_sent_back(owner, typed, field, words):
    with shop_stays_as_it_is():
        page = owner.post(NEW, TYPED | typed)

    assert page.status_code == 422
    assert words in page.context["form"].errors[field][0]
    pin = page.content.decode().partition('id="id_pin"')[0].rpartition("<input")[2]
    assert "value" not in pin


def test_who_manages_one_store_hires_for_that_one(shop):
    manager = employ(shop, Role.MANAGER, store=shop.store)

    manager.post(NEW, TYPED | {"store": shop.store.public_id})
    elsewhere = manager.post(NEW, TYPED | {"made_id": "", "name": "Eve", "store": ""})

    assert StaffMember.objects.get(user__name="Sam Doyle").store == shop.store
    assert elsewhere.status_code == 302
    assert StaffMember.objects.get(user__name="Eve").store == shop.store


def test_a_cashier_is_renamed_moved_and_may_refund(owner, shop, cashier):
    page = f"{PEOPLE}{cashier.public_id}/"
    assert owner.get(page).context["form"]["store"].value() == shop.store.public_id

    owner.post(page, {"name": "Sam D.", "store": "", "may_refund": "on"})

    cashier = StaffMember.objects.get(pk=cashier.pk)
    assert (cashier.name, cashier.store, cashier.may_refund) == ("Sam D.", None, True)
    assert cashier.role == "cashier"


def test_a_forgotten_pin_is_set_anew(owner, cashier):
    answer = owner.post(f"{PEOPLE}{cashier.public_id}/pin/", {"pin": "482915"})

    assert "The new PIN works at once." in owner.get(answer["Location"]).content.decode()
    assert is_pin_of(cashier.user_id, "482915")
    refused = owner.post(f"{PEOPLE}{cashier.public_id}/pin/", {"pin": "777777"})
    assert (refused.status_code, is_pin_of(cashier.user_id, "482915")) == (422, True)


def test_the_pin_of_a_person_with_a_wallet_is_not_the_shop_s_to_set(owner, shop):
    member = factories.hire_person(shop)
    page = f"{PEOPLE}{member.public_id}/"

    with shop_stays_as_it_is():
        assert owner.post(f"{page}pin/", {"pin": "482915"}).status_code == 403
    assert "sets the PIN under Me" in owner.get(page).content.decode()
    owner.post(page, {"name": "Thief", "role": "cashier", "store": ""})
    assert User.objects.get(pk=member.user_id).name == "Nora Byrne"


def test_who_leaves_is_refused_at_once_and_may_come_back(owner, shop, cashier):
    for _ in range(2):
        owner.post(f"{PEOPLE}{cashier.public_id}/leave/")

    assert cashier not in find_cashiers(shop.store)
    assert "1 person who left" in owner.get(PEOPLE).content.decode()
    owner.post(f"{PEOPLE}{cashier.public_id}/return/")
    assert cashier in find_cashiers(shop.store)


def test_a_shop_keeps_an_owner(owner, owned, shop):
    page = f"{PEOPLE}{owned.public_id}/"

    with shop_stays_as_it_is():
        left = owner.post(f"{page}leave/")
        became = owner.post(page, {"role": "manager", "store": ""})

    for answer in (left, became):
        assert answer.status_code == 409
        assert "Nobody else owns this shop." in answer.content.decode()
    factories.hire_person(shop, role=Role.OWNER)
    assert owner.post(f"{page}leave/").status_code == 302
    assert owner.get(PEOPLE).status_code == 403


@pytest.mark.parametrize("role", [Role.OWNER, Role.MANAGER, Role.ACCOUNTANT])
def test_a_manager_changes_cashiers_alone_and_makes_none_a_manager(shop, role):
    manager = employ(shop, Role.MANAGER, store=None)
    better = factories.hire_person(shop, role=role)
    known = factories.hire_person(shop)

    with shop_stays_as_it_is():
        for path in ("", "pin/", "leave/", "return/"):
            page = f"{PEOPLE}{better.public_id}/{path}"
            assert manager.post(page, {"role": "cashier"}).status_code == 403
        promoted = manager.post(f"{PEOPLE}{known.public_id}/", {"role": role, "store": ""})
        assert promoted.status_code == 403


def test_an_invited_person_chooses_a_password_and_is_signed_in(owner, shop):
    owner.post(INVITE, INVITED)
    owner.post(INVITE, INVITED)

    link = read_mailed_link()
    assert len(mail.outbox) == 1
    assert mail.outbox[0].to == ["mary@mail.test"]
    browser = open_browser()
    assert browser.get(link).context["form"]["name"].value() == "Mary Nolan"
    refused = browser.post(link, {"name": "Mary N.", "password": "short"})
    assert refused.status_code == 422
    assert not User.objects.filter(email="mary@mail.test").exists()
    answer = browser.post(link, {"name": "Mary N.", "password": PASSWORD})

    member = StaffMember.objects.get(user__email="mary@mail.test")
    assert answer["Location"] == "/dashboard/"
    assert browser.get("/dashboard/").status_code == 200
    assert (member.role, member.name, member.may_refund) == ("accountant", "Mary N.", False)
    assert browser.get(link).status_code == 410
    assert Invitation.objects.get().accepted_at is not None
    twice = open_browser().post(link, {"name": "Mary N.", "password": PASSWORD})
    assert twice["Location"] == "/dashboard/"
    Invitation.objects.update(accepted_at="2026-01-01T00:00:00Z")
    assert browser.post(link, {"name": "Eve", "password": PASSWORD}).status_code == 410


def test_who_has_a_password_keeps_it_and_looks_at_either_shop(owner, shop):
    other = factories.open_shop()
    known = factories.hire_person(other, role=Role.OWNER, password=PASSWORD)
    owner.post(INVITE, INVITED | {"email": known.user.email})
    page = owner.get(PEOPLE).content.decode()
    assert "Nora Byrne" not in page.partition("Invited")[2]
    browser = open_dashboard(known)
    link = read_mailed_link()

    assert "password_field" not in browser.get(link).content.decode()
    assert browser.post(link)["Location"] == "/dashboard/"

    assert User.objects.get(pk=known.user_id).check_password(PASSWORD)
    assert browser.get("/dashboard/").context["merchant"] == other.merchant
    browser.post("/dashboard/me/shop/", {"shop": shop.merchant.public_id})
    assert browser.get("/dashboard/").context["merchant"] == shop.merchant
    browser.post("/dashboard/me/shop/", {"shop": factories.open_shop().merchant.public_id})
    assert browser.get("/dashboard/").context["merchant"] == shop.merchant


def test_an_invitation_that_is_withdrawn_or_forged_opens_nothing(owner, shop):
    owner.post(INVITE, INVITED)
    link = read_mailed_link()
    invitation = Invitation.objects.get()

    owner.post(f"/dashboard/invitations/{invitation.public_id}/withdraw/")

    with shop_stays_as_it_is():
        for path in (link, "/dashboard/invitation/x/"):
            answer = open_browser().post(path, {"name": "Eve", "password": PASSWORD})
            assert answer.status_code == 410
    assert b"This invitation is over." in open_browser().get(link).content


def test_a_second_invitation_takes_the_place_of_the_first(owner, shop):
    owner.post(INVITE, INVITED)
    first = read_mailed_link()

    owner.post(INVITE, INVITED | {"made_id": "", "role": "manager"})

    assert open_browser().get(first).status_code == 410
    (left,) = owner.get(PEOPLE).context["invitations"]
    assert left.role == "manager"


@pytest.mark.parametrize(
    "typed", [{"store": "its own"}, {"may_refund": "on"}, {"role": "manager"}, {"name": "Al"}]
)
def test_an_old_form_that_invites_to_another_job_is_asked_again(owner, shop, typed):
    owner.post(INVITE, INVITED)
    if "store" in typed:
        typed = {"store": shop.store.public_id}

    with shop_stays_as_it_is():
        page = owner.post(INVITE, INVITED | typed)

    assert page.status_code == 409
    assert "Something else was made with this form already." in page.content.decode()


@pytest.mark.parametrize("ended", ["accepted_at", "withdrawn_at"])
def test_an_old_form_of_an_invitation_that_is_over_is_asked_again(owner, ended):
    owner.post(INVITE, INVITED)
    Invitation.objects.update(**{ended: timezone.now()})

    page = owner.post(INVITE, INVITED)

    assert page.status_code == 409
    assert "Something else was made with this form already." in page.content.decode()


@pytest.mark.parametrize(
    "typed", [{"pin": "482915"}, {"store": "its own"}, {"may_refund": ""}, {"name": "Al"}]
)
def test_an_old_form_that_adds_another_cashier_is_asked_again(owner, shop, typed):
    owner.post(NEW, TYPED)
    if "store" in typed:
        typed = {"store": shop.store.public_id}

    with shop_stays_as_it_is():
        page = owner.post(NEW, TYPED | typed)

    assert page.status_code == 409


def test_an_old_form_tries_out_no_pin_that_opens_a_wallet(owner):
    owner.post(NEW, TYPED)
    User.objects.filter(name="Sam Doyle").update(email="sam@mail.test")

    assert owner.post(NEW, TYPED).status_code == 409


def test_an_invitation_is_sent_again_at_most_once_a_minute(owner, shop):
    invitation = factories.invite(shop)
    again = f"/dashboard/invitations/{invitation.public_id}/send/"

    for _ in range(3):
        owner.post(again)

    assert Letter.objects.filter(subject=invitation.id).count() == 1


def test_an_invitation_to_a_stranger_says_nothing_of_who_invites(owner, shop):
    shop.merchant.name = "Win a prize at evil.test"
    shop.merchant.save()
    owner.post(INVITE, INVITED | {"name": "Dear customer"})

    send_due_letters()

    letter = f"{mail.outbox[-1].subject} {mail.outbox[-1].body}"
    assert "evil.test" not in letter
    assert "Dear customer" not in letter


@pytest.mark.parametrize("limit", ["OPEN_MAX", "A_DAY_MAX"])
def test_a_shop_invites_some_people_and_no_crowd(owner, shop, monkeypatch, limit):
    monkeypatch.setattr(invitations, limit, 2)
    for number in range(2):
        invited = INVITED | {"email": f"{number}@mail.test", "made_id": ""}
        assert owner.post(INVITE, invited).status_code == 302

    with shop_stays_as_it_is():
        refused = owner.post(INVITE, INVITED)

    assert refused.status_code == 429
    assert "has invited many people" in refused.context["form"].errors["email"][0]
    assert Letter.objects.filter(kind="invitation").count() == 2


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"email": "mary"}, "email", "Type an e-mail address such as"),
        ({"email": ""}, "email", "the invitation goes there"),
        ({"role": "king"}, "role", "Choose the role."),
        ({"name": ""}, "name", "Type the person"),
    ],
)
def test_nobody_is_invited_by_half(owner, typed, field, words):
    with shop_stays_as_it_is():
        page = owner.post(INVITE, INVITED | typed)

    assert words in page.context["form"].errors[field][0]
    assert not Invitation.objects.exists()


def test_who_works_here_is_not_invited_again(owner, owned):
    page = owner.post(INVITE, INVITED | {"email": owned.user.email.upper()})

    assert page.status_code == 409
    assert "works here already" in page.context["form"].errors["email"][0]
