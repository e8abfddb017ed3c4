"""Printers that ask the server: each receipt comes out once, and only in its own shop."""

import json
from datetime import timedelta
from urllib.parse import urlencode
from xml.sax.saxutils import unescape

import pytest
import uuid6
from defusedxml.ElementTree import fromstring
from django.db.models.functions import Now
from django.test import Client

from merchants.models import Role
from pos.forms_printers import PrinterForm, PrintForm
from pos.models import Printer, PrintJob, Protocol
from pos.print_jobs import ask_print
from pos.printers import change_address, is_away, remove_printer, write_address
from pos.receipts import issue_receipts
from pos.terminals import offer_pairing
from tests import factories
from tests.pos.paper import read_escpos
from tests.printers import place_printer

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"
STARPRNT = "application/vnd.star.starprnt"
READY = {"status": "23 6 0 0", "printerMAC": "00:11:62:0d:03:5a", "statusCode": "200 OK"}
GET, SET = {"ConnectionType": "GetRequest", "ID": ""}, {"ConnectionType": "SetResponse"}


def sell(shop, customer):
    charge = factories.sell(shop, customer)
    issue_receipts([charge.id])
    return charge


def read_path(printer):
    return write_address(printer).partition("pay.test")[2]


def poll(printer, **said):
    body = json.dumps(READY | said)
    answer = Client().post(read_path(printer), body, content_type="application/json")
    assert answer.status_code == 200
    return answer.json()


def fetch(printer, token, wanted=STARPRNT):
    return Client().get(read_path(printer), {"mac": "0", "type": wanted, "token": token})


def confirm(printer, token, code="200 OK"):
    query = urlencode({"mac": "0", "code": code, "token": token})
    return Client().delete(f"{read_path(printer)}?{query}")


def post(printer, said):
    answer = Client().post(read_path(printer), urlencode(said), content_type=FORM)
    assert answer["Content-Type"] == "text/xml; charset=utf-8"
    return answer.content


def let_a_minute_pass():
    PrintJob.objects.filter(sent_at__isnull=False).update(sent_at=Now() - timedelta(seconds=61))


def test_a_star_printer_prints_what_its_till_sold_and_prints_it_once(shop, customer):
    printer = place_printer(shop, terminal=shop.terminal)
    assert poll(printer) == {"jobReady": False}
    charge = sell(shop, customer)
    issue_receipts([charge.id])

    offer = poll(printer)
    slip = fetch(printer, offer["jobToken"])
    again = fetch(printer, offer["jobToken"])
    while_printing = poll(printer, printingInProgress=True)
    first, second = (confirm(printer, offer["jobToken"]) for _ in range(2))

    assert (offer["jobReady"], offer["mediaTypes"]) == (True, [STARPRNT])
    assert slip["Content-Type"] == STARPRNT
    assert charge.receipt_url.encode() in slip.content
    assert b"DUPLICATE" not in slip.content
    assert again.content == slip.content
    assert while_printing == {"jobReady": False}
    assert (first.status_code, second.status_code) == (200, 200)
    assert poll(printer) == {"jobReady": False}
    assert fetch(printer, offer["jobToken"]).status_code == 404
    job = PrintJob.objects.get()
    assert (job.charge_id, job.sends, bool(job.printed_at)) == (charge.id, 1, True)


def test_what_nobody_confirmed_is_sent_again_and_says_so(shop, customer):
    printer = place_printer(shop, terminal=shop.terminal)
    sell(shop, customer)
    token = poll(printer)["jobToken"]
    fetch(printer, token)

    let_a_minute_pass()
    assert poll(printer)["jobToken"] == token
    second = fetch(printer, token)
    for _ in range(3):
        let_a_minute_pass()
        fetch(printer, token)
    let_a_minute_pass()

    assert b"DUPLICATE" in second.content
    assert poll(printer) == {"jobReady": False}


def test_paper_that_was_out_is_told_and_loses_no_receipt(shop, customer):
    printer = place_printer(shop, terminal=shop.terminal)
    sell(shop, customer)
    token = poll(printer)["jobToken"]
    fetch(printer, token)

    confirm(printer, token, "410 Out of paper")
    poll(printer, statusCode="410 Out of paper")
    printer.refresh_from_db()
    out_of = printer.trouble
    let_a_minute_pass()
    offered = poll(printer)
    printer.refresh_from_db()

    assert out_of == "paper"
    assert offered["jobToken"] == token
    assert printer.trouble == ""
    assert b"DUPLICATE" in fetch(printer, token).content


def test_what_a_printer_can_never_print_is_given_up(shop, customer):
    printer = place_printer(shop, terminal=shop.terminal)
    sell(shop, customer)
    token = poll(printer)["jobToken"]

    assert fetch(printer, token, "image/png").status_code == 415
    fetch(printer, token)
    confirm(printer, token, "510 Incompatible media type")
    let_a_minute_pass()

    assert poll(printer) == {"jobReady": False}
    assert PrintJob.objects.get().given_up_at


def test_an_old_firmware_names_no_job(shop, customer):
    printer = place_printer(shop, terminal=shop.terminal)
    sell(shop, customer)
    path = read_path(printer)

    slip = Client().get(path, {"mac": "0", "type": STARPRNT})
    Client().get(path, {"mac": "0", "code": "OK"})

    assert slip.status_code == 200
    assert PrintJob.objects.get().printed_at


def test_an_epson_printer_gets_escpos_in_xml(shop, customer):
    printer = place_printer(shop, Protocol.SERVER_DIRECT, terminal=shop.terminal, columns=32)
    assert post(printer, GET) == b""
    charge = sell(shop, customer)

    document = fromstring(post(printer, GET).decode())
    nothing = post(printer, GET)
    (token,) = (each.text for each in document.iter("printjobid"))
    (command,) = (each.text for each in document.iter() if each.tag.endswith("}command"))
    said = (
        '<PrintResponseInfo Version="2.00"><ePOSPrint><Parameter><devid>local_printer</devid>'
        f"<printjobid>{token}</printjobid></Parameter><PrintResponse>"
        '<response xmlns="http://www.epson-pos.com/schemas/2011/03/epos-print" success="true"'
        ' code="" status="251658262"/></PrintResponse></ePOSPrint></PrintResponseInfo>'
    )
    post(printer, SET | {"ResponseFile": unescape(said)})

    paper = read_escpos(bytes.fromhex(command))
    assert paper.codes == [charge.receipt_url.encode()]
    assert max(map(len, paper.lines)) <= 32
    assert nothing == b""
    assert PrintJob.objects.get().printed_at


def test_no_printer_gets_or_ends_another_one_s_job(shop, customer):
    mine, other = place_printer(shop, terminal=shop.terminal), place_printer(shop)
    sell(shop, customer)
    token = poll(mine)["jobToken"]
    fetch(mine, token)

    assert poll(other) == {"jobReady": False}
    assert fetch(other, token).status_code == 404
    confirm(other, token)
    confirm(other, token, "510")
    let_a_minute_pass()

    assert poll(mine)["jobToken"] == token


def test_a_receipt_asked_for_again_is_a_duplicate(shop, customer):
    automatic, other = place_printer(shop, terminal=shop.terminal), place_printer(shop)
    charge = sell(shop, customer)
    fetch(automatic, poll(automatic)["jobToken"])

    job_id = uuid6.uuid7()
    jobs = {ask_print(other, charge, job_id=job_id).pk for _ in range(2)}

    assert jobs == {job_id}
    assert b"DUPLICATE" in fetch(other, poll(other)["jobToken"]).content


def test_what_waited_for_an_hour_is_not_printed(shop, customer):
    printer = place_printer(shop, terminal=shop.terminal)
    sell(shop, customer)
    PrintJob.objects.update(created_at=Now() - timedelta(minutes=61))

    assert poll(printer) == {"jobReady": False}


def test_an_address_is_one_printer_s_until_it_is_changed(shop, customer):
    printer = place_printer(shop)
    old = read_path(printer)
    assert is_away(printer)
    poll(printer)
    printer.refresh_from_db()
    assert not is_away(printer)

    change_address(printer)
    printer.refresh_from_db()
    after = Client().post(old, json.dumps(READY), content_type="application/json")
    poll(printer)
    nonsense = Client().post(read_path(printer), "x", content_type="text/plain")
    remove_printer(printer)

    assert read_path(printer) != old
    assert after.status_code == 404
    assert nonsense.status_code == 400
    assert Client().get(read_path(printer)).status_code == 404
    assert Printer.objects.get().removed_at


def test_a_till_without_a_printer_queues_nothing(shop, customer):
    place_printer(shop)
    remove_printer(place_printer(shop, terminal=shop.terminal))

    sell(shop, customer)

    assert not PrintJob.objects.exists()


@pytest.fixture
def manager(shop):
    browser = Client(SERVER_NAME="pay.test")
    browser.force_login(factories.hire_person(shop, role=Role.MANAGER).user)
    return browser


@pytest.fixture
def till(shop):
    """Open the till's browser, unlocked."""
    cashier = factories.hire_person(shop)
    browser = Client(SERVER_NAME="pay.test")
    browser.post("/till/pair/", {"code": offer_pairing(shop.terminal)})
    browser.post("/till/unlock/", {"cashier": str(cashier.id), "pin": factories.PIN})
    return browser


def test_a_manager_adds_a_printer_once_and_copies_its_address(shop, manager):
    page = f"/dashboard/stores/{shop.store.public_id}/printers/new/"
    form = {
        "name": "Counter",
        "protocol": "cloudprnt",
        "columns": "32",
        "till": str(shop.terminal.pk),
        "made_id": PrinterForm.sign_id(uuid6.uuid7()),
    }

    refused = manager.post(page, form | {"till": str(uuid6.uuid7())})
    first, again = (manager.post(page, form) for _ in range(2))
    other = manager.post(page, form | {"name": "Bar"})

    assert refused.status_code == 422
    assert "Choose one of the list." in refused.content.decode()
    assert other.status_code == 409
    printer = Printer.objects.get()
    assert (printer.columns, printer.terminal_id) == (32, shop.terminal.id)
    own = f"/dashboard/printers/{printer.public_id}/"
    assert first.headers["Location"] == again.headers["Location"] == own
    shown = manager.get(own).content.decode()
    assert write_address(printer) in shown
    assert "Never asked yet" in manager.get("/dashboard/printers/").content.decode()
    poll(printer, statusCode="410 Out of paper")
    assert "Out of paper" in manager.get(own).content.decode()
    Printer.objects.update(last_seen_at=Now() - timedelta(minutes=2))
    assert "Not seen" in manager.get("/dashboard/printers/").content.decode()
    before = read_path(printer)
    manager.post(f"{own}address/")
    printer.refresh_from_db()
    assert read_path(printer) != before
    manager.post(f"{own}remove/")
    assert manager.get(own).status_code == 404


def test_an_address_made_with_another_key_is_not_shown(shop, manager):
    printer = place_printer(shop)
    Printer.objects.update(digest=b"x" * 32)

    page = manager.get(f"/dashboard/printers/{printer.public_id}/").content.decode()

    assert "Make a new one." in page


def test_a_cashier_prints_a_receipt_once_a_press(shop, customer, till):
    charge = sell(shop, customer)
    page = f"/till/print/{charge.public_id}/"
    assert "no printer that asks" in till.get(page).content.decode()
    printer, foreign = place_printer(shop), factories.open_shop()
    form = {
        "printer": printer.public_id,
        "made_id": PrintForm.sign_id(uuid6.uuid7()),
    }

    answers = [till.post(page, form) for _ in range(2)]
    unknown = till.post(page, form | {"printer": place_printer(foreign).public_id})
    waiting = till.get(page).content.decode()
    token = poll(printer)["jobToken"]
    fetch(printer, token)
    printing = till.get(page).content.decode()
    confirm(printer, token)

    assert [answer.headers["Location"] for answer in answers] == [page] * 2
    assert unknown.status_code == 404
    assert PrintJob.objects.count() == 1
    assert "Waits since" in waiting
    assert "Is printing" in printing
    assert "Printed" in till.get(page).content.decode()


def test_only_a_sale_of_the_till_s_store_is_printed(shop, customer, till):
    foreign = factories.open_shop()
    others, unpaid = factories.sell(foreign, customer), factories.make_charge(shop)

    for charge in (others, unpaid):
        assert till.get(f"/till/print/{charge.public_id}/").status_code == 404
    assert Client().get(f"/till/print/{others.public_id}/").headers["Location"] == "/till/pair/"
