"""A person's wallets in several currencies: each pays in its own, and one freeze is of all."""

import pytest

from banking.models import Break, Order, OrderStatus
from banking.payees import Payee
from console.models import FreezeLift
from identity.bearer import digest_secret
from identity.sign_in import start_session
from ledger.queries import read_balance
from pos.models import Charge
from pos.payloads import write_link
from qr.links import encode_short_code, encode_token
from tests import factories
from tests.banking import bank
from tests.banking.samples import Camt, Ntry, Tx
from tests.banking.test_imports import bring
from tests.conftest import Api
from tests.flows.steps import collect, make_operator, open_console, open_wallet
from tests.paycodes import show_code
from wallet.claims import claim_by_session
from wallet.currencies import find_in, list_wallets, open_in
from wallet.errors import CodeUnknown, CurrencyNotOffered, TooManyTries, WalletFrozen
from wallet.freezing import freeze, freeze_by_operator, lift_by_operators, unfreeze
from wallet.identity_requests import grant
from wallet.models import Payment, PaymentCodeSeed, Tier, Wallet
from wallet.payments import pay_by_session
from wallet.scans import record_scan
from wallet.wallets import top_up

pytestmark = pytest.mark.django_db
PAGE = "/wallet/currencies/"


@pytest.fixture(autouse=True)
def _offered(settings):
    settings.CURRENCIES = ["EUR", "SEK"]


@pytest.fixture
def kronor(customer):
    """The customer's second wallet, with 100 kronor."""
    wallet = open_in(customer.wallet, "SEK")
    top_up(wallet, amount_minor=10_000, reference="test money")
    return wallet


@pytest.fixture
def abroad():
    return factories.open_shop(currency="SEK")


@pytest.fixture
def sale(abroad):
    return factories.make_charge(abroad)


@pytest.fixture
def pages(customer):
    return open_wallet(customer)


def held(*wallets):
    return [read_balance(wallet.account_id) for wallet in wallets]


def read(browser, address="/wallet/"):
    return " ".join(browser.get(address).content.decode().split())


def address_of(charge):
    return f"/p/{encode_token(charge.token).lower()}"


def test_a_further_wallet_is_opened_once_and_shown(pages, customer):
    bank.find_account("NOK")
    page = read(pages, PAGE)
    assert [currency in page for currency in ("SEK", "NOK", "USD")] == [True, True, False]
    assert 'value="EUR"' not in page

    for _ in range(2):
        assert pages.post(PAGE, {"currency": "SEK"}).status_code == 302

    first, second = Wallet.objects.order_by("id")
    assert (second.user, second.currency, second.tier) == (first.user, "SEK", first.tier)
    home = read(pages)
    assert "Your other currencies" in home
    assert "€100.00" in home
    assert 'data-state="home"' in home
    # The API of this device is about it too, and another device's is not.
    assert pages.get("/api/v1/wallet").json()["id"] == second.public_id
    assert Api(customer.token).get("wallet").json()["id"] == first.public_id


@pytest.mark.parametrize("currency", ["USD", "", "XXX", "sek", "\0"])
def test_no_other_currency_is_opened(pages, customer, currency):
    answer = pages.post(PAGE, {"currency": currency})

    assert answer.status_code == 409
    assert Wallet.objects.get() == customer.wallet


def test_the_device_changes_between_them(pages, customer, kronor):
    switch = f"{PAGE}switch/"

    pages.post(switch, {"currency": "SEK"})
    assert "SEK" in read(pages, "/wallet/redeem/")
    pages.post(switch, {"currency": "EUR"})
    assert "€100.00" in read(pages, "/wallet/redeem/")
    pages.post(switch, {"currency": "nonsense"})
    assert "€100.00" in read(pages, "/wallet/redeem/")
    for odd in ("x" * 5000, "\0", "USD", "'"):
        pages.cookies["tessera_currency"] = odd
        assert pages.get("/wallet/").status_code == 200


def test_a_sale_is_paid_from_the_wallet_of_its_currency_by_the_page(
    pages, customer, kronor, sale
):
    page = read(pages, address_of(sale))
    assert "SEK" in page

    answer = pages.post(f"{address_of(sale)}/pay", {"pin": factories.PIN})

    assert answer.status_code == 302
    assert held(customer.wallet, kronor) == [10_000, 10_000 - 480]
    assert Payment.objects.get().wallet == kronor
    assert "Paid" in read(pages, address_of(sale))


def test_a_sale_is_paid_from_the_wallet_of_its_currency_by_the_api(
    phone, customer, kronor, sale
):
    scanned = phone.post("wallet/scans", {"payload": write_link(sale)}).json()
    assert scanned["payable"] is True
    claim = phone.post("wallet/claims", {"payload": write_link(sale)}).json()

    paid = [
        phone.post("wallet/payments", {"claim": claim["id"]}, key="one").json() for _ in "12"
    ]

    assert paid[0]["id"] == paid[1]["id"]
    assert held(customer.wallet, kronor) == [10_000, 10_000 - 480]


def test_the_express_lane_finds_it_too(customer, kronor, sale):
    digest = digest_secret(customer.token)

    claim = claim_by_session(digest, sale.token)
    assert claim is not None
    payment = pay_by_session(digest, claim.id, idempotency_key="1", request_hash=b"1")

    assert payment is not None
    assert payment.wallet_id == kronor.id
    assert held(customer.wallet, kronor) == [10_000, 10_000 - 480]


def test_a_claim_of_somebody_else_s_is_not_theirs(kronor, another, customer, sale):
    claim = factories.claim(customer, sale)

    answer = Api(another.token).post("wallet/payments", {"claim": claim.public_id})

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_without_such_a_wallet_the_way_to_one_is_shown(pages, phone, sale, nothing_moved):
    page = read(pages, address_of(sale))

    assert "You have no wallet in this currency" in page
    assert f'href="{PAGE}"' in page
    answer = phone.post("wallet/claims", {"payload": write_link(sale)})
    assert (answer.status_code, answer.json()["code"]) == (422, "currency_mismatch")
    assert nothing_moved()


def test_a_counter_code_is_paid_from_the_wallet_of_its_currency(
    pages, customer, kronor, abroad
):
    claim = factories.claim_at(customer, factories.print_code(abroad), amount_minor=900)

    assert claim.wallet == kronor
    factories.confirm(customer, claim)
    assert held(customer.wallet, kronor) == [10_000, 9_100]


def test_a_payment_code_pays_from_the_wallet_that_shows_it(
    customer, kronor, sale, abroad, nothing_moved
):
    refused = collect(Api(abroad.token), sale, show_code(customer))
    assert refused.json()["code"] == "currency_mismatch"
    assert nothing_moved()

    shown = show_code(factories.Customer(kronor, customer.token))
    paid = collect(Api(abroad.token), sale, shown)

    assert paid.json()["status"] == "captured"
    assert held(customer.wallet, kronor) == [10_000, 10_000 - 480]


def test_one_freeze_is_of_all_and_so_is_its_end(customer, kronor, sale, shop, nothing_moved):
    order = bank.make_order(
        currency="SEK",
        kind="redemption",
        source_account_id=kronor.account_id,
        payee=Payee(name="Li Wei", iban=bank.IBAN),
    )
    claims = [factories.claim(customer, each) for each in (sale, factories.make_charge(shop))]
    before = held(customer.wallet, kronor)

    freeze(customer.wallet)

    assert [each.frozen_by for each in list_wallets(customer.wallet)] == ["owner"] * 2
    for claim in claims:
        with pytest.raises(WalletFrozen):
            factories.confirm(customer, claim)
    customer.wallet.refresh_from_db()
    with pytest.raises(WalletFrozen):
        factories.claim(customer, factories.make_charge(shop))
    order.refresh_from_db()
    assert order.status == OrderStatus.CANCELED
    assert held(customer.wallet, kronor) == before

    unfreeze(find_in(customer.wallet, "SEK"), pin=factories.PIN)
    assert [each.frozen_at for each in list_wallets(customer.wallet)] == [None] * 2
    factories.confirm(customer, claims[0])


def test_nobody_opens_a_wallet_while_frozen(customer):
    freeze_by_operator(customer.wallet)

    with pytest.raises(WalletFrozen):
        open_in(customer.wallet, "SEK")

    lift_by_operators(customer.wallet)
    assert open_in(customer.wallet, "SEK").frozen_at is None


def test_the_console_freezes_and_lifts_all_by_one_wish(customer, kronor):
    first, second = (
        open_console(make_operator()),
        open_console(make_operator("brian@operator.test", name="Brian Walsh")),
    )
    euro, krona = (
        f"/console/wallets/{wallet.public_id}/" for wallet in (customer.wallet, kronor)
    )
    assert f'href="{krona}"' in read(first, euro)
    first.post(f"{euro}freeze/", {"reason": "The phone was stolen."})
    assert "Frozen by" in read(second, krona)
    first.post(f"{euro}lift/", {"reason": "It was found."})

    # The wish is of the person: nobody makes a second one by the other wallet.
    assert first.post(f"{krona}lift/", {"reason": "Once more."}).status_code == 409
    second.post(f"{krona}lift/decide/", {"wish": "grant"})

    assert [each.frozen_by for each in list_wallets(customer.wallet)] == ["", ""]
    assert FreezeLift.objects.get().granted_at is not None


def test_signing_out_a_device_stops_the_codes_of_all(pages, customer, kronor):
    for wallet in (customer.wallet, kronor):
        show_code(factories.Customer(wallet, customer.token))
    start_session(customer.wallet.user, device_name="another")

    pages.post("/wallet/safety/devices/", {"others": "1"})

    seeds = PaymentCodeSeed.objects.all()
    assert len(seeds) == 2
    assert all(seed.revoked_at is not None for seed in seeds)


def test_a_tier_is_the_person_s(customer):
    customer = factories.open_customer(tier=Tier.START, name="Ana Silva")
    wish = factories.ask_for_tier(customer)
    before = open_in(customer.wallet, "SEK")
    assert before.tier == Tier.START

    grant(wish, by=bank.make_user())

    assert {each.tier for each in list_wallets(customer.wallet)} == {Tier.KNOWN}


def test_guesses_are_counted_for_the_person(customer, kronor):
    for number in range(10):
        with pytest.raises(CodeUnknown):
            record_scan(customer.wallet if number % 2 else kronor, encode_short_code(number))

    with pytest.raises(TooManyTries):
        record_scan(kronor, encode_short_code(11))


def test_money_of_nobody_goes_to_the_wallet_of_its_currency(customer, kronor):
    account = bank.find_account("SEK")
    tx = Tx(amount="25.00", currency="SEK")
    entry = str(Ntry("25.00", currency="SEK", txs=(tx,)))
    camt = Camt(
        iban=account.iban, currency="SEK", opening="0.00", closing="25.00", entries=(entry,)
    )
    bring(camt.write())
    row = Break.objects.get()
    address = f"/console/breaks/{row.public_id}/credit/"

    asked = {"address": customer.wallet.user.email, "note": "called"}
    assert open_console(make_operator()).post(address, asked).status_code == 302

    row.refresh_from_db()
    assert row.credit_account_id == kronor.account_id


def test_a_currency_that_is_not_offered_any_more_stays(customer, kronor, settings, sale):
    settings.CURRENCIES = ["EUR"]

    assert open_in(customer.wallet, "SEK") == kronor
    with pytest.raises(CurrencyNotOffered):
        open_in(customer.wallet, "NOK")
    factories.confirm(customer, factories.claim(customer, sale))
    assert Charge.objects.get(pk=sale.pk).status == "captured"
    assert Order.objects.count() == 0
