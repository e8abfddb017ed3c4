"""The bank's reports: the nearest word counts, and what is unknown changes nothing."""

import pytest

from banking.dispatch import carry_out_answers, note_answer
from banking.errors import ReportRefused
from banking.models import AnswerStatus, Order, OrderAnswer, Report
from banking.orders import accept_order, book_order
from banking.payment_files import name_block
from banking.reasons import explain_reason
from banking.reports import keep_report, read_report, read_unread
from tests.banking import bank
from tests.broken import find_broken

pytestmark = pytest.mark.django_db

REASON = "<StsRsnInf><Rsn><Cd>{}</Cd></Rsn></StsRsnInf>"


def write(file, *, group="", block="", orders=(), version="10", message_id=None, reason=""):
    named = "".join(
        f"<TxInfAndSts><OrgnlEndToEndId>{end_to_end_id}</OrgnlEndToEndId>"
        f"<TxSts>{status}</TxSts>{REASON.format(code) if code else ''}</TxInfAndSts>"
        for end_to_end_id, status, code in orders
    )
    blocks = (
        f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{name_block(file)}</OrgnlPmtInfId>"
        + (f"<PmtInfSts>{block}</PmtInfSts>" if block else "")
        + f"{named}</OrgnlPmtInfAndSts>"
    )
    return (
        f'<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:'
        f'pain.002.001.{version}"><CstmrPmtStsRpt><GrpHdr><MsgId>X</MsgId></GrpHdr>'
        f"<OrgnlGrpInfAndSts><OrgnlMsgId>{message_id or file.message_id}</OrgnlMsgId>"
        "<OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>"
        + (f"<GrpSts>{group}</GrpSts>" if group else "")
        + (REASON.format(reason) if reason else "")
        + f"</OrgnlGrpInfAndSts>{blocks if block or orders else ''}"
        "</CstmrPmtStsRpt></Document>"
    ).encode()


@pytest.fixture
def sent(db):
    """Return a sent file and its two orders."""
    orders = [bank.make_order(1000), bank.make_order(500)]
    file = bank.send()
    for order in orders:
        order.refresh_from_db()
    return file, orders


def statuses(orders):
    return [Order.objects.get(pk=order.pk).status for order in orders]


@pytest.mark.parametrize("version", ["03", "10", "12", "14"])
@pytest.mark.parametrize(
    ("said", "became"),
    [
        ("ACCP", "accepted"),
        ("ACSP", "accepted"),
        ("ACSC", "accepted"),
        ("ACWC", "accepted"),
        ("RJCT", "refused"),
        ("PDNG", "sent"),
        ("RCVD", "sent"),
        ("ACTC", "sent"),
        ("PART", "sent"),
    ],
)
def test_what_is_said_of_the_whole_file_is_said_of_each_order(sent, version, said, became):
    file, orders = sent

    read_report(write(file, group=said, version=version), "report.xml")

    assert statuses(orders) == [became, became]
    assert find_broken() == {}


def test_nearest_word_to_an_order_counts(sent):
    file, (one, two) = sent
    content = write(
        file, group="PART", block="ACCP", orders=[(one.end_to_end_id, "RJCT", "AC04")]
    )

    report = read_report(content, "report.xml")

    assert statuses([one, two]) == ["refused", "accepted"]
    one.refresh_from_db()
    assert one.reason_code == "AC04"
    assert (report.accepted_count, report.refused_count, report.unchanged_count) == (1, 1, 0)


def test_of_a_part_what_is_not_named_stays_sent(sent):
    file, (one, two) = sent

    read_report(write(file, group="PART", orders=[(one.end_to_end_id, "RJCT", "")]), "r.xml")

    assert statuses([one, two]) == ["refused", "sent"]


def test_same_report_again_changes_nothing(sent):
    file, _ = sent
    content = write(file, group="RJCT", reason="AM04")

    first, second = read_report(content, "a.xml"), read_report(content, "b.xml")

    assert first == second
    assert (first.refused_count, Report.objects.count()) == (2, 1)
    assert find_broken() == {}


def test_refusal_of_a_second_sending_frees_no_money(sent):
    file, (one, two) = sent
    accept_order(two)

    read_report(write(file, group="RJCT", reason="DU01"), "report.xml")

    assert statuses([one, two]) == ["unknown", "accepted"]


def test_refusal_of_what_was_booked_changes_nothing(sent):
    file, (one, two) = sent
    book_order(one, bank.enter(one, -1000))

    report = read_report(write(file, group="RJCT"), "report.xml")

    assert statuses([one, two]) == ["booked", "refused"]
    assert (report.refused_count, report.unchanged_count) == (1, 1)
    assert find_broken() == {}


def test_report_on_a_file_that_nobody_handed_over_sends_it():
    order = bank.make_order()
    file = bank.release()

    read_report(write(file, group="RJCT", reason="FF01"), "report.xml")

    assert statuses([order]) == ["refused"]
    assert find_broken() == {}


def break_it(how, file, orders):
    whole = write(file, group="ACCP")
    stranger = bank.make_order()
    return {
        "nothing": b"",
        "half": whole[: len(whole) // 2],
        "no XML": b"MT940 :20:",
        "another kind": b"<Document><BkToCstmrStmt/></Document>",
        "unknown file": write(file, group="ACCP", message_id="PF" + "0" * 26),
        "somebody's file": write(file, group="ACCP", message_id="RUN-7"),
        "unknown order": write(
            file, group="RJCT", orders=[(stranger.end_to_end_id, "RJCT", "")]
        ),
        "unknown block": whole.replace(
            b"</OrgnlGrpInfAndSts>",
            b"</OrgnlGrpInfAndSts><OrgnlPmtInfAndSts><OrgnlPmtInfId>P1</OrgnlPmtInfId>"
            b"</OrgnlPmtInfAndSts>",
        ),
        "unknown status": write(file, group="OKAY"),
        "entities": b'<!DOCTYPE a [<!ENTITY b "c">]>' + whole.partition(b"?>")[2],
        "too large": b" " * (20 * 2**20 + 1),
        "odd encoding": b'<?xml version="1.0" encoding="nonsense"?><a/>',
    }[how]


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("nothing", "well-formed"),
        ("half", "well-formed"),
        ("no XML", "well-formed"),
        ("another kind", "no payment status report"),
        ("unknown file", "was not sent from here"),
        ("somebody's file", "RUN-7"),
        ("unknown order", "which the file has not"),
        ("unknown block", "P1"),
        ("unknown status", "OKAY"),
        ("entities", "entities"),
        ("too large", "20 MB"),
        ("odd encoding", "report.xml"),
    ],
)
def test_what_is_unknown_is_a_sentence_and_changes_nothing(sent, nothing_moved, how, words):
    file, orders = sent
    content = break_it(how, file, orders)

    with pytest.raises(ReportRefused, match=words) as refusal:
        read_report(content, "report.xml")

    assert str(refusal.value).startswith("report.xml: ")
    assert statuses(orders) == ["sent", "sent"]
    assert nothing_moved()


def test_uploaded_report_is_read_by_the_banker_once(sent):
    file, orders = sent
    operator = bank.make_user()
    report = keep_report(write(file, group="ACCP"), file_name="r.xml", by=operator)
    assert statuses(orders) == ["sent", "sent"]

    read_unread()
    read_unread()

    report.refresh_from_db()
    assert (report.accepted_count, report.brought_by) == (2, operator)
    assert statuses(orders) == ["accepted", "accepted"]


def test_why_nothing_came_of_an_upload_is_kept_with_it(sent, nothing_moved):
    file, _ = sent
    keep_report(write(file, group="OKAY"), file_name="r.xml", by=bank.make_user())

    read_unread()

    assert "OKAY" in Report.objects.get().refusal
    assert nothing_moved()


def test_operator_s_word_is_carried_out_once(sent):
    _, (one, two) = sent
    operator = bank.make_user()
    note_answer(one, AnswerStatus.UNKNOWN, by=operator)
    note_answer(one, AnswerStatus.REFUSED, by=operator, reason_code="MS03")
    note_answer(one, AnswerStatus.REFUSED, by=operator)
    note_answer(two, AnswerStatus.ACCEPTED, by=operator)

    carry_out_answers()
    carry_out_answers()

    assert statuses([one, two]) == ["refused", "accepted"]
    effects = OrderAnswer.objects.order_by("id").values_list("took_effect", flat=True)
    assert list(effects) == [True, True, False, True]
    assert find_broken() == {}


def test_reasons_are_said_in_words():
    assert explain_reason("AC04") == "The account is closed. (AC04)"
    assert explain_reason("ZZ99") == "The bank's reason: ZZ99."
    assert explain_reason("") == ""
