"""A shop joins: it applies, confirms its address, is approved, and opens its dashboard."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.utils import timezone

from console.models import AuditEntry
from identity.models import User
from identity.tries import name_nobody
from merchants.addresses import list_countries
from merchants.applications import approve, decline, make_token
from merchants.errors import ApplicationDecided
from merchants.forms_join import JoinForm
from merchants.invitations import accept, list_open, withdraw
from merchants.models import Application, Invitation, Merchant, Role, StaffMember
from merchants.time_zones import find_time_zone, list_time_zones
from relay.letters import send_due_letters
from relay.models import Letter
from tests import factories
from tests.flows.steps import open_browser, open_dashboard, read_mailed_link, sign_id

pytestmark = pytest.mark.django_db
JOIN = "/join/"
PASSWORD = "seven harbour seals"
TYPED = {
    "shop_name": "Pier  Coffee",
    "trade": "5814",
    "legal_name": "Pier Foods Ltd",
    "legal_form": "company",
    "vat_number": "ie 6433435f",
    "street": "Quay Street",
    "building_number": "3",
    "postcode": "D02 X285",
    "town": "Dublin",
    "country": "IE",
    "time_zone": "",
    "contact_name": "Mary Nolan",
    "email": "Mary@Pier.test",
    "phone": "087 123 4567",
    "made_id": sign_id(JoinForm, 7),
}


@pytest.fixture
def operator(db):
    return User.objects.create(name="Aoife", email="aoife@operator.test")


def test_a_shop_applies_and_confirms_its_address(operator):
    browser = open_browser()

    sent = browser.post(JOIN, TYPED)

    application = Application.objects.get()
    assert "mary@pier.test" in sent.content.decode()
    assert (application.shop_name, application.vat_number) == ("Pier Coffee", "IE6433435F")
    assert (application.time_zone, application.phone) == ("Europe/Dublin", "+353871234567")
    assert application.status == "unconfirmed"
    link = read_mailed_link()
    assert "Yes, go on" in browser.get(link).content.decode()
    assert Application.objects.get().status == "unconfirmed"
    for _ in range(2):
        assert "We look at your application" in browser.post(link).content.decode()
    assert Application.objects.get().status == "applied"


def test_a_letter_to_an_unconfirmed_address_says_nothing_of_who_asked():
    typed = {"shop_name": "Win a prize at evil.test", "contact_name": "Dear customer"}
    open_browser().post(JOIN, TYPED | typed)

    send_due_letters()

    letter = mail.outbox[-1]
    for words in typed.values():
        assert words not in f"{letter.subject} {letter.body}"


def test_an_approved_shop_opens_its_dashboard_and_a_store(operator):
    application = factories.apply_as_shop(email="mary@pier.test")

    approve(application, by=operator)

    link = read_mailed_link()
    assert "is approved" in str(mail.outbox[-1].subject)
    browser = open_browser()
    assert "Mary Nolan" in browser.get(link).content.decode()
    answer = browser.post(link, {"name": "Mary Nolan", "password": PASSWORD})
    assert answer["Location"] == "/dashboard/"
    assert "Until the first sale" in browser.get("/dashboard/").content.decode()
    owner = StaffMember.objects.get(user__email="mary@pier.test")
    merchant = Merchant.objects.get()
    assert merchant.trade == "5814"
    assert (owner.role, owner.merchant, owner.store) == ("owner", merchant, None)
    assert (merchant.name, merchant.application) == (application.shop_name, application)


def test_an_owner_who_comes_weeks_later_is_invited_again(operator):
    open_browser().post(JOIN, TYPED)
    page = read_mailed_link()
    open_browser().post(page)
    approve(Application.objects.get(), by=operator)
    long_ago = timezone.now() - timedelta(days=20)
    Invitation.objects.update(created_at=long_ago)
    Letter.objects.update(created_at=long_ago)
    assert "Open the dashboard" in open_browser().get(page).content.decode()
    assert Invitation.objects.get().created_at == long_ago

    answer = open_browser().post(page)

    assert answer["Location"].startswith("/dashboard/invitation/")
    assert read_mailed_link().startswith("/dashboard/invitation/")
    assert "is approved" in str(mail.outbox[-1].subject)
    assert open_browser().get(page)["Location"].startswith("/dashboard/invitation/")


def test_a_shop_with_somebody_invites_nobody_again(operator):
    open_browser().post(JOIN, TYPED)
    page = read_mailed_link()
    open_browser().post(page)
    accepted = approve(Application.objects.get(), by=operator)
    accept(accepted, name="Mary Nolan", password=PASSWORD)

    answer = open_browser().post(page)

    assert "Go to the dashboard" in answer.content.decode()
    assert not list_open(Merchant.objects.get()).exists()


def test_the_setting_approves_at_once(settings):
    settings.APPROVE_SHOPS = True
    browser = open_browser()
    browser.post(JOIN, TYPED)
    link = read_mailed_link()

    answer = browser.post(link, follow=True)

    assert answer.redirect_chain[0][0].startswith("/dashboard/invitation/")
    assert "Pier Coffee" in answer.content.decode()
    assert Application.objects.get().decided_by is None
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.deed) == (None, "application.approved")
    assert entry.subject == Application.objects.get().id
    assert (entry.before, entry.after["status"]) == ({"status": "applied"}, "approved")


def test_an_id_that_somebody_chose_leads_to_nobody_else_s_invitation(shop, operator):
    eve, chosen = open_dashboard(factories.hire_person(shop, role=Role.OWNER)), str(uuid4())
    invited = {"name": "Ann", "email": "ann@mail.test", "role": "owner", "store": ""}
    eve.post("/dashboard/invitations/new/", invited | {"made_id": chosen})
    eve.post(JOIN, TYPED | {"made_id": chosen})
    application = Application.objects.get()
    link = read_mailed_link()
    eve.post(link)

    approve(application, by=operator)

    assert str(application.id) != chosen
    assert not Invitation.objects.filter(pk=chosen).exists()
    page = eve.get(link, follow=True)
    assert page.context["invitation"].email == "mary@pier.test"


def test_an_invitation_with_the_application_s_id_is_not_the_owner_s(shop, operator):
    application = factories.apply_as_shop(email="mary@pier.test")
    Invitation.objects.create(
        id=application.id,
        merchant=shop.merchant,
        email="ann@mail.test",
        name="Ann",
        role=Role.OWNER,
    )
    approve(application, by=operator)
    link = f"{JOIN}{make_token(application)}/"

    page = open_browser().get(link, follow=True)

    assert page.context["invitation"].email == "mary@pier.test"
    assert page.context["invitation"].merchant == application.merchant
    withdraw(page.context["invitation"])
    assert "Your shop is approved." in open_browser().get(link).content.decode()


def test_a_declined_shop_reads_the_reason(operator):
    application = factories.apply_as_shop(email="mary@pier.test")

    decline(application, by=operator, reason="We take food alone.")

    send_due_letters()
    assert "We take food alone." in str(mail.outbox[-1].body)
    assert not Merchant.objects.exists()


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"shop_name": ""}, "shop_name", "Type the name that customers know"),
        ({"trade": ""}, "trade", "Choose what the shop sells."),
        ({"legal_name": ""}, "legal_name", "Type the name in the register"),
        ({"legal_form": "king"}, "legal_form", "Choose the legal form."),
        ({"vat_number": "IE6433435E"}, "vat_number", "This is no VAT number of the country."),
        ({"vat_number": "DE136695976"}, "vat_number", "This is no VAT number of the country."),
        ({"time_zone": "Asia/Tokyo"}, "time_zone", "Choose a time zone of the country."),
        ({"country": "US"}, "time_zone", "Choose a time zone of the country."),
        ({"postcode": ""}, "postcode", "Type the postcode"),
        ({"email": "mary"}, "email", "Type an e-mail address such as"),
        ({"phone": "call me"}, "phone", "Type a phone number such as"),
        ({"contact_name": "\x07"}, "contact_name", "Type your name"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_the_rest_stays(typed, field, words):
    page = open_browser().post(JOIN, TYPED | typed)

    assert page.status_code == 422
    assert words in page.context["form"].errors[field][0]
    assert 'value="Pier Foods Ltd"' in page.content.decode() or field == "legal_name"
    assert not Application.objects.exists()


@pytest.mark.parametrize(
    ("country", "number", "kept"),
    [
        ("DE", "136 695 976", "DE136695976"),
        ("GR", "EL 094259216", "EL094259216"),
        ("US", "12-3456789", "123456789"),
        ("IE", "", ""),
    ],
)
def test_vat_numbers_are_kept_as_their_country_writes_them(country, number, kept):
    zone = "America/New_York" if country == "US" else ""
    open_browser().post(
        JOIN, TYPED | {"country": country, "vat_number": number, "time_zone": zone}
    )

    assert Application.objects.get().vat_number == kept


@pytest.mark.parametrize(("typed", "first"), [({}, "shop_name"), (TYPED, "town")])
def test_the_first_field_that_is_wrong_has_the_focus(typed, first):
    page = open_browser().post(JOIN, typed | {"town": "", "phone": "x"}).content.decode()

    (focused,) = re.findall(r"<[^>]*autofocus[^>]*>", page)
    assert f'name="{first}"' in focused


def test_a_shop_of_every_country_has_a_time_zone_to_choose():
    zones = list_time_zones()

    assert not [
        country
        for country, _ in list_countries("en")
        if not any(find_time_zone(country, wanted=zone) for zone in zones)
    ]


def test_where_there_is_one_time_zone_none_has_to_be_chosen():
    assert find_time_zone("XK", wanted="") == "Europe/Belgrade"
    assert find_time_zone("IE", wanted="") == "Europe/Dublin"
    assert find_time_zone("US", wanted="") is None


def test_the_form_sent_twice_applies_once_and_another_shop_is_asked_for_again():
    browser = open_browser()
    for _ in range(2):
        assert browser.post(JOIN, TYPED).status_code == 200

    assert Application.objects.count() == 1
    assert browser.post(JOIN, TYPED | {"shop_name": "Other"}).status_code == 409


def test_an_address_gets_a_few_links_and_no_more():
    answers = [open_browser().post(JOIN, TYPED | {"made_id": ""}).status_code for _ in range(7)]

    assert answers == [200] * 5 + [429] * 2
    assert Application.objects.count() == 5
    crowd = (f"{number}@pier.test" for number in range(20_000))
    crowded = next(each for each in crowd if name_nobody(each) == name_nobody("mary@pier.test"))
    other = TYPED | {"made_id": "", "email": crowded}
    assert open_browser().post(JOIN, other).status_code == 200


def test_an_hour_brings_so_many_applications_and_no_more(settings):
    settings.APPLICATIONS_HOUR_MAX = 2
    pages = [
        open_browser().post(JOIN, TYPED | {"made_id": "", "email": f"{number}@pier.test"})
        for number in range(3)
    ]

    assert [page.status_code for page in pages] == [200, 200, 429]
    assert "Very many people" in pages[2].context["form"].errors["email"][0]
    Application.objects.update(created_at="2026-01-01T00:00:00Z")
    assert open_browser().post(JOIN, TYPED).status_code == 200


@pytest.mark.parametrize("by_person", [True, False])
def test_a_shop_is_verified_only_if_a_person_has_approved_it(operator, by_person):
    application = factories.apply_as_shop()

    approve(application, by=operator if by_person else None)

    assert Merchant.objects.get().is_verified == by_person


def test_of_two_decisions_the_second_is_refused(operator):
    application = factories.apply_as_shop()
    approve(application, by=operator)

    with pytest.raises(ApplicationDecided):
        approve(application, by=operator)
    with pytest.raises(ApplicationDecided):
        decline(application, by=operator, reason="Too late.")

    assert Merchant.objects.count() == 1
    assert Application.objects.get().status == "approved"


def test_an_unconfirmed_application_is_not_decided(operator):
    application = factories.apply_as_shop(confirmed=False)

    with pytest.raises(ApplicationDecided):
        approve(application, by=operator)

    assert not Merchant.objects.exists()


def test_a_forged_link_opens_nothing():
    assert open_browser().post(f"{JOIN}x/").status_code == 410


def test_the_first_page_leads_to_it():
    assert 'href="/join/"' in open_browser().get("/").content.decode()
