"""The pages' scripts by themselves: pauses, the clock, sums, and the states of one sale."""

import pytest

from pos.discounts import NewDiscount, sum_shares, take_discounts
from pos.lines import NewLine
from tests.browser.windows import PHONE, TABLET

LINES = {"tea": 2, "cake": 1, "gone": 3}
ITEMS = {"tea": 250, "cake": 1234}
# In minor units, what the pad's keys make of an amount.
KEYS = {
    "a digit": (48, "0", 480),
    "two zeros": (4, "00", 400),
    "the first zeros": (0, "00", 0),
    "back": (480, "back", 48),
    "back at nothing": (0, "back", 0),
    "clear": (480, "clear", 0),
}
FIELDS = {"EUR": (1250, 2, "12.50"), "JPY": (5, 0, "5"), "KWD": (5, 3, "0.005")}
SPANS = {0: "0:00", -5_000: "0:00", 1: "0:01", 60_000: "1:00", 299_001: "5:00"}
PAUSES = """async ([pace, count]) => {
  const { backOff } = await import("/static/js/page.js");
  const pauses = backOff(pace);
  return Array.from({ length: count }, () => pauses.next().value);
}"""
RETRY = """async (answers) => {
  const { retry } = await import("/static/js/page.js");
  const began = performance.now();
  let asked = 0;
  await retry(async () => answers[asked++], { first: 30, most: 60 });
  return [asked, performance.now() - began];
}"""
LEFT_ALONE = """async (seconds) => {
  const { leaveAlone, retry } = await import("/static/js/page.js");
  const asked = [];
  await retry(async () => {
    asked.push(performance.now());
    if (asked.length === 1) leaveAlone(seconds);
    return asked.length === 3;
  }, { first: 1, most: 1 });
  return asked.slice(1).map((at, place) => at - asked[place]);
}"""
CLOCK = """async ([ahead, span]) => {
  const clock = await import("/static/js/page.js");
  const asked = Date.now();
  clock.setClock(new Date(asked + ahead).toISOString(), asked);
  const now = clock.serverNow();
  const at = (ms) => new Date(now + ms).toISOString();
  const sale = clock.writeSaleClock({ createdAt: at(-61_500), expiresAt: at(span) });
  return { off: now - Date.now(), ends: sale.ends, passed: sale.passed, left: sale.left };
}"""
SPAN = """async (spans) => {
  const { writeSpan } = await import("/static/js/page.js");
  return spans.map(writeSpan);
}"""
SUMS = """async ([counts, typed, prices]) => {
  const { addPiece, sumSale, writeSale } = await import("/static/js/cart.js");
  const items = new Map(Object.entries(prices).map(([item, price]) => [item, { price }]));
  const pieces = Object.entries(counts).flatMap(([item, count]) => Array(count).fill(item));
  const lines = pieces.reduce(addPiece, []);
  return [sumSale({ lines, typed }, items), writeSale({ lines, typed }, items, "EUR")];
}"""
# Of each sale: a line's discount and the whole's; what is asked for, and how far it goes.
OFF = {
    "none": (None, None, 1000, 0),
    "a line's percent": ({"percent_bps": 1250, "reason": ""}, None, 952, 1250),
    "a line's amount": ({"amount_minor": 1, "reason": ""}, None, 999, 27),
    "more than the line": ({"amount_minor": 500, "reason": ""}, None, 620, 10_000),
    "the whole's percent": (None, {"percent_bps": 1005, "reason": "Staff"}, 899, 1005),
    "both": (
        {"percent_bps": 1000, "reason": ""},
        {"amount_minor": 100, "reason": ""},
        862,
        1000 + 1040,
    ),
}
TAKE_OFF = """async (cases) => {
  const cart = await import("/static/js/cart.js");
  const items = new Map([["tea", { price: 380 }]]);
  return cases.map(([own, discount]) => {
    const lines = cart.addPiece([], "tea");
    lines[0].discount = own;
    const sale = { ...cart.EMPTY, lines, typed: 620, discount };
    const body = cart.writeSale(sale, items, "EUR");
    return [cart.sumSale(sale, items), cart.sumShares(sale, items), body];
  });
}"""
PRESS = """async (cases) => {
  const { pressKey } = await import("/static/js/money.js");
  return cases.map(([minor, key]) => pressKey(minor, key));
}"""
WRITE = """async (cases) => {
  const { writeField } = await import("/static/js/money.js");
  return cases.map(([minor, exponent]) => writeField(minor, exponent));
}"""
# A sale without its screens: what it tells is written down, and what it keeps is at hand.
OPEN_SALE = """async (wish) => {
  const { openSale } = await import("/static/js/sale.js");
  const kept = {
    wish,
    read: () => kept.wish,
    write: (sale) => { kept.wish = sale && structuredClone(sale); },
  };
  const told = [];
  const tell = (name) => (...facts) => told.push([name, ...facts]);
  const on = {
    sending: tell("sending"),
    made: tell("made"),
    left: tell("left"),
    locked: tell("locked"),
    said: tell("said"),
    contact: tell("contact"),
    refused: ({ code }) => told.push(["refused", code]),
    // Reading what is known already is no change.
    changed: ({ status }, before) => status !== before && told.push(["changed", status]),
  };
  Object.assign(window, { kept, told, sale: openSale(kept, on) });
}"""
BEGIN = """([minor, currency]) =>
  sale.begin({ amount: { amount_minor: minor, currency } }, minor)"""
TOLD = "(wanted) => told.some((each) => String(each) === wanted)"
OVERLOADED = {"status": 503, "code": "overloaded", "title": "Overloaded", "detail": "Later."}
STATUSES = "SELECT status FROM pos_charge WHERE amount_minor = %s"


@pytest.fixture
def scripts(windows):
    """Any page that lets scripts of ours in."""
    page = windows.open(PHONE)
    page.goto("/wallet/sign-in/")
    return page


@pytest.fixture
def bench(windows, unlocked):
    """A page of an unlocked till that has no sale of its own, and a sale on it."""
    page = windows.open(TABLET, state=unlocked)
    page.goto("/till/activity/")
    page.evaluate(OPEN_SALE, None)
    return page


def begin(page, minor, currency="EUR"):
    page.evaluate(BEGIN, [minor, currency])


def wait_for(page, *told):
    page.wait_for_function(TOLD, arg=",".join(told))


def test_pauses_grow_up_to_the_longest(scripts):
    pace = {"first": 500, "most": 8_000}
    slow = {"first": 2_000, "most": 10_000, "factor": 1.5}

    assert scripts.evaluate(PAUSES, [pace, 6]) == [500, 1_000, 2_000, 4_000, 8_000, 8_000]
    assert scripts.evaluate(PAUSES, [slow, 5]) == [2_000, 3_000, 4_500, 6_750, 10_000]


def test_pauses_differ_by_chance_and_within_bounds(scripts):
    pace = {"first": 1_000, "most": 1_000, "jitter": 0.25}

    pauses = scripts.evaluate(PAUSES, [pace, 100])

    assert len(set(pauses)) > 90
    assert all(750 <= pause <= 1_250 for pause in pauses)


def test_what_is_not_answered_is_asked_again_after_a_pause(scripts):
    asked, ms = scripts.evaluate(RETRY, [False, False, True])

    assert asked == 3
    assert ms >= 85, "30 and 60 ms, less what a timer may be early"


def test_what_is_answered_is_not_asked_again(scripts):
    assert scripts.evaluate(RETRY, [True, False])[0] == 1


def test_a_server_that_asks_to_be_left_alone_is(scripts):
    first, second = scripts.evaluate(LEFT_ALONE, 0.3)

    assert first >= 300
    assert second < first


def test_a_sale_s_clock_is_the_server_s(scripts):
    read = scripts.evaluate(CLOCK, [3_600_000, 90_000])

    assert read["off"] == pytest.approx(3_600_000, abs=50)
    assert (read["ends"], read["passed"]) == ("1:30", "1:01")


def test_a_sale_that_is_over_has_no_time_left_and_passes_no_more(scripts):
    read = scripts.evaluate(CLOCK, [0, -1_500])

    assert (read["left"], read["ends"], read["passed"]) == (0, "0:00", "1:00")


def test_spans_are_minutes_and_seconds_begun(scripts):
    assert scripts.evaluate(SPAN, list(SPANS)) == list(SPANS.values())


def test_items_and_a_typed_amount_are_summed(scripts):
    total, body = scripts.evaluate(SUMS, [LINES, 480, ITEMS])

    assert total == 2 * 250 + 1234 + 480
    assert body == {
        "amount": {"amount_minor": total, "currency": "EUR"},
        "lines": [
            {"item": "tea", "quantity": 2},
            {"item": "cake", "quantity": 1},
            {"amount_minor": 480},
        ],
    }


def test_an_amount_that_is_only_typed_has_no_lines(scripts):
    total, body = scripts.evaluate(SUMS, [{"gone": 3}, 480, ITEMS])

    assert (total, body) == (480, {"amount": {"amount_minor": 480, "currency": "EUR"}})


def test_items_alone_have_no_line_of_a_typed_amount(scripts):
    total, body = scripts.evaluate(SUMS, [{"tea": 1}, 0, ITEMS])

    assert (total, body["lines"]) == (250, [{"item": "tea", "quantity": 1}])


def test_discounts_come_to_what_the_server_works_out(scripts):
    worked = scripts.evaluate(TAKE_OFF, [[own, whole] for own, whole, *_ in OFF.values()])

    for (own, whole, total, shares), (asked, needed, body) in zip(
        OFF.values(), worked, strict=True
    ):
        prices = [NewLine(name="", unit_price_minor=each) for each in (380, 620)]
        wishes = [body["lines"][0].get("discount") if own else None, None]
        lines, taken = take_discounts(
            prices,
            own=[wish and NewDiscount(**wish) for wish in wishes],
            whole=NewDiscount(**body["discount"]) if whole else None,
        )
        assert asked == total == sum(line.total_minor for line in lines)
        assert needed == shares == sum_shares(taken)


def test_the_pad_types_from_right_to_left(scripts):
    pressed = scripts.evaluate(PRESS, [[minor, key] for minor, key, _ in KEYS.values()])

    assert dict(zip(KEYS, pressed, strict=True)) == {
        name: wanted for name, (_, _, wanted) in KEYS.items()
    }


def test_fields_have_the_decimals_of_their_currency(scripts):
    written = scripts.evaluate(WRITE, [[minor, places] for minor, places, _ in FIELDS.values()])

    assert written == [wanted for _, _, wanted in FIELDS.values()]


def test_a_sale_is_made_canceled_and_let_go_of(bench):
    begin(bench, 4811)
    wait_for(bench, "made")
    assert bench.evaluate("kept.wish.id === sale.now().charge.id")
    bench.evaluate("sale.command('cancel')")
    wait_for(bench, "changed", "canceled")
    bench.evaluate("sale.leave()")

    told = [["sending"], ["changed", "open"], ["made"], ["changed", "canceled"], ["left"]]
    assert bench.evaluate("told") == told
    assert bench.evaluate("[kept.wish, sale.now().sale, sale.now().charge]") == [None] * 3


def test_an_older_word_of_the_server_changes_nothing(bench):
    begin(bench, 4812)
    wait_for(bench, "made")

    bench.evaluate(
        "sale.apply({ ...sale.now().charge, status: 'claimed',"
        " version: sale.now().charge.version - 1 })"
    )

    assert bench.evaluate("sale.now().charge.status") == "open"
    assert ["changed", "claimed"] not in bench.evaluate("told")


def test_after_a_lost_answer_it_is_asked_again_and_made_once(bench, sql, watch):
    watch.expect("ERR_FAILED")
    lost: list[int] = []

    def lose_first(route):
        if lost:
            return route.continue_()
        lost.append(route.fetch().status)
        return route.abort()

    bench.route("**/api/v1/charges", lose_first)
    begin(bench, 4813)
    wait_for(bench, "made")

    told = [["sending"], ["contact", False], ["contact", True], ["changed", "open"], ["made"]]
    assert bench.evaluate("told") == told
    assert (lost, sql(STATUSES, 4813)) == ([201], [("open",)])


def test_a_sale_for_which_there_was_no_room_is_made_by_the_same_key(bench, sql, watch):
    watch.expect("status of 503")
    keys: list[str] = []
    began = bench.evaluate("performance.now()")

    def refuse_first(route):
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) > 1:
            return route.continue_()
        return route.fulfill(status=503, headers={"Retry-After": "1"}, json=OVERLOADED)

    bench.route("**/api/v1/charges", refuse_first)
    begin(bench, 4818)
    wait_for(bench, "made")

    assert bench.evaluate("performance.now()") - began >= 1_000
    assert len(keys) == 2
    assert len(set(keys)) == 1
    assert sql(STATUSES, 4818) == [("open",)]


def test_what_is_given_up_unseen_is_canceled_once_it_is_known(bench, sql, watch):
    watch.expect("ERR_INTERNET_DISCONNECTED")
    bench.context.set_offline(True)
    begin(bench, 4814)
    wait_for(bench, "contact", "false")
    bench.evaluate("sale.giveUp()")
    with bench.expect_response("**/cancel"):
        bench.context.set_offline(False)

    assert sql(STATUSES, 4814) == [("canceled",)]
    assert bench.evaluate("kept.wish") is None
    assert ["made"] not in bench.evaluate("told")


def test_a_refused_sale_is_let_go_of_and_the_reason_told(bench, sql, watch):
    watch.expect("status of 422")
    begin(bench, 4815, currency="JPY")
    wait_for(bench, "refused", "currency_mismatch")

    told = [["sending"], ["left"], ["refused", "currency_mismatch"]]
    assert bench.evaluate("told") == told
    assert sql(STATUSES, 4815) == []


def test_a_reload_goes_on_with_the_sale_in_hand(bench, sql):
    begin(bench, 4816)
    wait_for(bench, "made")
    wish = bench.evaluate("kept.wish")
    bench.reload()
    bench.evaluate(OPEN_SALE, wish)
    bench.evaluate("sale.resume()")
    wait_for(bench, "changed", "open")

    assert bench.evaluate("sale.now().charge.id") == wish["id"]
    assert sql(STATUSES, 4816) == [("open",)]


def test_what_was_asked_for_without_a_connection_is_done_when_there_is_one(bench, watch):
    watch.expect("ERR_INTERNET_DISCONNECTED")
    begin(bench, 4817)
    wait_for(bench, "made")
    bench.context.set_offline(True)
    bench.evaluate("sale.command('cancel')")
    wait_for(bench, "contact", "false")
    assert bench.evaluate("kept.wish.wish") == "cancel"
    bench.context.set_offline(False)

    wait_for(bench, "changed", "canceled")
    assert bench.evaluate("sale.now().sale.wish === undefined")
