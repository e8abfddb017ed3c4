"""The bank takes files of orders, checks them as a bank does, and says what becomes of them."""

import pytest

from demo.bank.moods import Mood, Topic
from tests.demo.bank_files import (
    Letter,
    Wish,
    drop,
    find,
    list_inbox,
    pick,
    read_entries,
    read_report,
)

ACCEPTED: tuple[str, str, str, dict[str, str]] = ("MSG1", "ACCP", "", {})


def read_answers(bank):
    return [read_report(each) for each in list_inbox(bank, "pain002")]


def test_a_good_file_is_accepted_carried_out_and_moved_away(bank):
    drop(bank, Letter([Wish("12.34"), Wish("0.66", end_to_end_id="PO2")]).write())

    assert read_answers(bank) == [ACCEPTED]
    assert bank.balance_minor == 100_000 - 1300
    assert not list(bank.branch.outbox.iterdir())


def test_orders_are_single_entries_of_the_nights_statement(bank):
    drop(bank, Letter([Wish("12.34"), Wish("0.66", end_to_end_id="PO2")]).write())
    bank.end_day()

    [statement] = list_inbox(bank, "camt053")
    assert [minor for _, _, minor in read_entries(statement)] == [-1234, -66]
    assert pick(statement, "TxDtls/Refs/EndToEndId") == ["PO1", "PO2"]
    # The operator is told at once of what comes in alone.
    assert list_inbox(bank, "camt054") == []


def test_a_batch_is_one_entry_with_its_parts(bank):
    drop(
        bank,
        Letter([Wish("12.34"), Wish("0.66", end_to_end_id="PO2")], batch="true").write(),
    )
    bank.end_day()

    [statement] = list_inbox(bank, "camt053")
    [(_, state, minor)] = read_entries(statement)
    assert (state, minor) == ("BOOK", -1300)
    assert pick(statement, "Btch/NbOfTxs") == ["2"]
    assert pick(statement, "TxDtls/Amt") == ["12.34", "0.66"]
    assert pick(statement, "TxDtls/Refs/EndToEndId") == ["PO1", "PO2"]


REFUSED_FILES = {
    "letters in the message id": (Letter(message_id="po_1"), "CH16"),
    "a slash at the end": (Letter(message_id="PO1/"), "CH16"),
    "too many announced": (Letter(count="2"), "AM18"),
    "another control sum": (Letter(control_sum="12.35"), "AM10"),
    "an old version": (Letter(version="pain.001.001.03"), "FF01"),
    "a text of 36 letters": (Letter(message_id="M" * 36), "FF01"),
}


@pytest.mark.parametrize("case", REFUSED_FILES)
def test_a_file_that_is_wrong_is_refused_as_a_whole(bank, case):
    letter, code = REFUSED_FILES[case]

    drop(bank, letter.write())

    assert read_answers(bank) == [(letter.message_id[:35], "RJCT", code, {})]
    assert bank.balance_minor == 100_000


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no XML",
        Letter().write()[:500],
        Letter()
        .write()
        .replace(b"<Document", b'<!DOCTYPE d [<!ENTITY e "x">]><Document', 1)
        .replace(b"Payout", b"&e;"),
    ],
    ids=["empty", "text", "half", "entity"],
)
def test_what_is_no_such_file_is_refused_and_moved_away(bank, content):
    drop(bank, content)

    [(_, status, code, _)] = read_answers(bank)
    assert (status, code) == ("RJCT", "FF01")
    assert bank.balance_minor == 100_000
    assert not list(bank.branch.outbox.iterdir())


REFUSED_RUNS = {
    "somebody else's account": (Letter(debtor_iban="DE02120300000000202051"), "AC02"),
    "no town of the payer": (Letter(debtor_address="<Ctry>IE</Ctry>"), "BE07"),
    "long ago": (Letter(day="2026-11-01"), "DT01"),
    "in a year": (Letter(day="2027-11-30"), "DT01"),
    "letters in the run's id": (Letter(payment_id="run_1"), "CH16"),
}
REFUSED_ORDERS = {
    "letters in the order's id": (Wish(end_to_end_id="po_1"), "CH16"),
    "letters of the text": (Wish(text="Łódź"), "CH16"),
    "not in euros": (Wish(currency="CHF"), "AM03"),
    "a tenth of a cent": (Wish(amount="12.345"), "AM12"),
    "check digits": (Wish(iban="DE89370400440532013001"), "AC01"),
    "lines of an address": (Wish(address="<AdrLine>Weg 1, Berlin</AdrLine>"), "BE04"),
    "no town": (Wish(address="<Ctry>DE</Ctry>"), "BE04"),
    "no address outside the EEA": (Wish(address="", iban="CH9300762011623852957"), "BE04"),
}


@pytest.mark.parametrize("case", REFUSED_RUNS)
def test_a_run_that_is_wrong_is_refused_with_all_its_orders(bank, case):
    letter, code = REFUSED_RUNS[case]

    drop(bank, letter.write())

    assert read_answers(bank) == [("MSG1", "RJCT", "", {"PO1": code})]
    assert bank.balance_minor == 100_000


@pytest.mark.parametrize("case", REFUSED_ORDERS)
def test_an_order_that_is_wrong_is_refused_alone(bank, case):
    wish, code = REFUSED_ORDERS[case]
    good = Wish("1.00", end_to_end_id="PO9")
    letter = Letter([wish, good], control_sum=f"{float(wish.amount) + 1:.3f}")

    drop(bank, letter.write())

    assert read_answers(bank) == [("MSG1", "PART", "", {wish.end_to_end_id: code})]
    assert bank.balance_minor == 100_000 - 100


def test_an_address_may_be_left_out_within_the_eea(bank):
    drop(bank, Letter([Wish(address="")]).write())

    assert read_answers(bank) == [ACCEPTED]


@pytest.mark.parametrize(
    ("name", "code"),
    [("KIOSK Muller", ""), ("Müller, Kiosk", ""), ("Kiosk Meier", "BE01")],
)
def test_a_known_account_is_paid_only_under_its_name(bank, name, code):
    drop(bank, Letter().write())
    drop(bank, Letter([Wish(name=name)], message_id="MSG2").write())

    refused = {"PO1": code} if code else {}
    assert read_answers(bank)[1] == ("MSG2", "RJCT" if code else "ACCP", "", refused)


@pytest.mark.parametrize(("amount", "code"), [("12.34", "AM05"), ("99.00", "DU01")])
def test_a_message_id_is_taken_once(bank, amount, code):
    drop(bank, Letter().write())
    drop(bank, Letter([Wish(amount)]).write(), name="again.xml")

    assert read_answers(bank) == [ACCEPTED, ("MSG1", "RJCT", code, {})]
    assert bank.balance_minor == 100_000 - 1234


def test_a_file_that_was_refused_may_be_sent_again_once_it_is_right(bank):
    drop(bank, Letter(count="3").write())
    drop(bank, Letter().write())

    assert [status for _, status, _, _ in read_answers(bank)] == ["RJCT", "ACCP"]


def test_a_file_left_behind_by_a_crash_is_moved_and_not_taken_again(bank, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(type(bank.branch.outbox), "replace", fail)
        with pytest.raises(OSError, match="killed"):
            drop(bank, Letter().write())
    assert list(bank.branch.outbox.iterdir())

    bank.run_round()

    assert not list(bank.branch.outbox.iterdir())
    assert read_answers(bank) == [ACCEPTED]
    assert bank.balance_minor == 100_000 - 1234


def fail(*_arguments):
    raise OSError("killed")


def test_a_file_that_is_still_being_written_is_left_alone(bank):
    (bank.branch.outbox / "MSG1.xml.new").write_bytes(Letter().write()[:100])
    (bank.branch.outbox / ".MSG1.xml").write_bytes(Letter().write()[:100])

    bank.run_round()

    assert list_inbox(bank) == []


def test_an_order_of_a_later_day_is_booked_then(bank):
    drop(bank, Letter(day="2026-12-02").write())
    assert read_answers(bank) == [ACCEPTED]

    bank.end_day()
    assert bank.balance_minor == 100_000
    bank.end_day()
    assert bank.balance_minor == 100_000 - 1234


def test_an_order_refused_on_purpose(bank):
    bank.wish(Topic.ORDER, Mood.REFUSED)

    drop(bank, Letter([Wish(), Wish("1.00", end_to_end_id="PO2")]).write())

    [(_, status, _, refused)] = read_answers(bank)
    assert (status, list(refused)) == ("PART", ["PO1"])
    assert bank.balance_minor == 100_000 - 100


def test_an_order_accepted_and_refused_a_day_later(bank):
    bank.wish(Topic.ORDER, Mood.REFUSED_LATER)

    drop(bank, Letter().write())
    assert read_answers(bank) == [ACCEPTED]
    bank.end_day()

    message_id, status, _, refused = read_answers(bank)[1]
    assert (message_id, status, list(refused)) == ("MSG1", "RJCT", ["PO1"])
    assert bank.balance_minor == 100_000


def test_of_a_file_with_other_orders_only_a_part_is_refused_later(bank):
    bank.wish(Topic.ORDER, Mood.REFUSED_LATER)
    drop(bank, Letter([Wish(), Wish("1.00", end_to_end_id="PO2")]).write())

    bank.end_day()

    _, status, _, refused = read_answers(bank)[1]
    assert (status, list(refused)) == ("PART", ["PO1"])


def test_an_order_that_comes_back_after_two_days(bank):
    bank.wish(Topic.ORDER, Mood.RETURNED)
    drop(bank, Letter().write())
    assert bank.balance_minor == 100_000 - 1234

    bank.end_day()
    assert list_inbox(bank, "camt054") == []
    bank.end_day()

    [advice] = list_inbox(bank, "camt054")
    assert [minor for _, _, minor in read_entries(advice)] == [1234]
    assert pick(advice, "TxDtls/Refs/EndToEndId") == ["PO1"]
    assert len(pick(advice, "RtrInf/Rsn/Cd")[0]) == 4
    assert pick(advice, "TxDtls/BkTxCd/Domn/Fmly/SubFmlyCd") == ["RRTN"]
    # The roles are those of the order: the shop was to be paid.
    assert pick(advice, "RltdPties/Cdtr/Pty/Nm") == ["Kiosk Müller"]
    assert bank.balance_minor == 100_000


@pytest.mark.parametrize(("mood", "spent"), [(Mood.NO_ANSWER, 1234), (Mood.LOST, 0)], ids=str)
def test_a_run_without_an_answer(bank, mood, spent):
    bank.wish(Topic.RUN, mood)

    drop(bank, Letter().write())
    bank.end_day()

    assert read_answers(bank) == []
    assert bank.balance_minor == 100_000 - spent
    assert len(find(list_inbox(bank, "camt053")[0], "Ntry")) == (1 if spent else 0)
