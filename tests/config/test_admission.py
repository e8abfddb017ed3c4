"""Who comes first when more is asked than can be answered, and how the others are refused."""

import contextlib
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pytest
from django.conf import settings

from config.admission import Admission, Bounds, Rank, WaitingRoom, find_rank
from servers.nginx import ROOM
from servers.programs import Size

ONE_EACH = Bounds(working=1, sales_waiting=1, charges_waiting=1, pages_waiting=1)
MANY = Bounds(working=1, sales_waiting=99, charges_waiting=99, pages_waiting=99)
RANKS = {
    "POST /api/v1/wallet/claims": Rank.SALE,
    "DELETE /api/v1/wallet/claims/cl_1": Rank.SALE,
    "POST /api/v1/wallet/payments": Rank.SALE,
    "POST /api/v1/wallet/scans": Rank.SALE,
    "GET /api/v1/wallet/events": Rank.SALE,
    "GET /api/v1/charges/ch_1": Rank.SALE,
    "GET /api/v1/charges/ch_1/events": Rank.SALE,
    "GET /api/v1/charges/ch_1/qr.svg": Rank.SALE,
    "POST /api/v1/charges/ch_1/cancel": Rank.SALE,
    "POST /api/v1/charges/ch_1/collect": Rank.SALE,
    "GET /p/TOKEN": Rank.SALE,
    "GET /P/TOKEN": Rank.SALE,
    "POST /p/TOKEN/pay": Rank.SALE,
    "POST /api/v1/charges": Rank.CHARGE,
    "POST /api/v1/charges/ch_1/refunds": Rank.CHARGE,
    "GET /api/v1/charges": Rank.PAGE,
    "GET /api/v1/wallet": Rank.PAGE,
    "GET /api/v1/wallet/payment_codes": Rank.PAGE,
    "GET /": Rank.PAGE,
    "GET /wallet/": Rank.PAGE,
    "POST /wallet/sign-in/": Rank.PAGE,
    "POST /till/unlock/": Rank.PAGE,
    "GET /livez": None,
    "GET /readyz": None,
}
WITHIN_S = 20


class Works:
    """An application whose requests end when they are told to, and are written down by rank."""

    def __init__(self):
        self.begun = []
        self.may_end = threading.Semaphore(0)

    def __call__(self, environ, start_response):
        self.begun.append(find_rank(environ["REQUEST_METHOD"], environ["PATH_INFO"]))
        assert self.may_end.acquire(timeout=WITHIN_S)
        start_response("200 OK", [])
        return [b"done"]


class Visitors:
    """People who ask at the same time, each in a thread of their own."""

    def __init__(self, bounds):
        self.works = Works()
        self.admission = Admission(self.works, bounds=bounds)
        self._threads = ThreadPoolExecutor(128)

    def ask(self, rank):
        request = next(each for each, found in RANKS.items() if found is rank)
        return self._threads.submit(lambda: ask(self.admission, *request.split()))

    def ask_and_wait(self, rank):
        """Ask, and return when this request waits."""
        queue = self.admission._room
        before = queue.count_waiting(rank)
        answer = self.ask(rank)
        wait_until(lambda: queue.count_waiting(rank) > before)
        return answer

    def wait_for_work(self, count):
        wait_until(lambda: len(self.works.begun) == count)

    def end(self, count):
        for _ in range(count):
            self.works.may_end.release()


def wait_until(is_so):
    gone = threading.Event()
    for _ in range(WITHIN_S * 1000):
        if is_so():
            return
        gone.wait(0.001)
    pytest.fail("it never came to that")


def ask(application, method, path):
    """Return status, headers and body."""
    got = []
    environ = {"REQUEST_METHOD": method, "PATH_INFO": path, "wsgi.input": BytesIO()}
    body = b"".join(application(environ, lambda *head: got.extend(head)))
    return got[0], dict(got[1]), body


@pytest.fixture
def visitors():
    made = []

    def come(bounds):
        made.append(Visitors(bounds))
        return made[-1]

    yield come
    for each in made:
        each.end(999)


@pytest.mark.parametrize(("request_line", "rank"), RANKS.items())
def test_a_request_has_a_rank(request_line, rank):
    assert find_rank(*request_line.split()) is rank


def test_while_there_are_places_everybody_is_answered(visitors):
    crowd = visitors(Bounds(working=8, sales_waiting=0, charges_waiting=0, pages_waiting=0))
    crowd.end(8)

    answers = [crowd.ask(rank).result(WITHIN_S) for rank in [*Rank, *Rank]]

    assert {status for status, _, _ in answers} == {"200 OK"}


def test_those_that_wait_are_answered_by_rank_and_then_in_turn(visitors):
    crowd = visitors(MANY)
    crowd.ask(Rank.PAGE)
    crowd.wait_for_work(1)
    for rank in (Rank.PAGE, Rank.CHARGE, Rank.SALE, Rank.CHARGE, Rank.SALE):
        crowd.ask_and_wait(rank)

    crowd.end(2)
    crowd.wait_for_work(3)

    assert crowd.works.begun[1:] == [Rank.SALE, Rank.SALE]
    crowd.end(3)
    crowd.wait_for_work(6)
    assert crowd.works.begun[3:] == [Rank.CHARGE, Rank.CHARGE, Rank.PAGE]


def test_a_flood_of_sales_leaves_some_places_to_the_others(visitors):
    crowd = visitors(MANY)
    crowd.ask(Rank.SALE)
    crowd.wait_for_work(1)
    for rank, count in {Rank.PAGE: 2, Rank.CHARGE: 9, Rank.SALE: 64}.items():
        for _ in range(count):
            crowd.ask_and_wait(rank)

    for done in range(2, 66):
        crowd.end(1)
        crowd.wait_for_work(done)

    assert Counter(crowd.works.begun[1:65]) == {Rank.SALE: 55, Rank.CHARGE: 8, Rank.PAGE: 1}


@contextlib.contextmanager
def rush():
    """A room of 64 places of which some are free, and seven new charges that wait for sales."""
    bounds = Bounds(working=64, sales_waiting=99, charges_waiting=99, pages_waiting=99)
    room = WaitingRoom(bounds, patience_s=WITHIN_S, pressed_s=WITHIN_S, pressed_from=16)
    for _ in range(64):
        assert room.enter(Rank.SALE)
    with ThreadPoolExecutor(37) as crowd:
        for rank, count in {Rank.SALE: 16, Rank.CHARGE: 20}.items():
            for _ in range(count):
                crowd.submit(room.enter, rank)
            wait_until(lambda rank=rank, count=count: room.count_waiting(rank) == count)
        for _ in range(40):
            room.leave(Rank.SALE)
        yield room, crowd


def test_in_a_rush_new_charges_keep_to_the_pace_of_sales():
    with rush() as (room, _):
        # Forty requests of sales let in thirteen charges: the others wait, places or not.
        before = [room.count_waiting(rank) for rank in Rank]
        for _ in range(20):
            room.leave(Rank.SALE)
        after = [room.count_waiting(rank) for rank in Rank]

    assert (before, after) == ([0, 7, 0], [0, 0, 0])


def test_in_a_rush_a_page_waits_for_its_turn():
    with rush() as (room, crowd):
        page = crowd.submit(room.enter, Rank.PAGE)
        wait_until(lambda: room.count_waiting(Rank.PAGE) == 1)
        for _ in range(19):
            room.leave(Rank.SALE)
        before = room.count_waiting(Rank.PAGE)
        room.leave(Rank.SALE)

    assert (before, page.result()) == (1, True)


def test_pages_and_new_charges_never_take_all_places(visitors):
    crowd = visitors(Bounds(working=8, sales_waiting=9, charges_waiting=9, pages_waiting=9))
    for _ in range(4):
        crowd.ask(Rank.PAGE)
    crowd.wait_for_work(4)

    crowd.ask_and_wait(Rank.PAGE)
    for _ in range(3):
        crowd.ask(Rank.CHARGE)
    crowd.wait_for_work(7)
    crowd.ask_and_wait(Rank.CHARGE)
    crowd.ask(Rank.SALE)
    crowd.wait_for_work(8)

    assert Counter(crowd.works.begun) == {Rank.PAGE: 4, Rank.CHARGE: 3, Rank.SALE: 1}


@pytest.mark.parametrize(
    ("rank", "retry_after"), [(Rank.SALE, "1"), (Rank.CHARGE, "3"), (Rank.PAGE, "5")]
)
def test_who_finds_a_full_queue_is_refused_at_once(visitors, rank, retry_after):
    crowd = visitors(ONE_EACH)
    crowd.ask(Rank.SALE)
    crowd.wait_for_work(1)
    waiting = crowd.ask_and_wait(rank)

    status, headers, _ = crowd.ask(rank).result(WITHIN_S)

    assert (status, headers["Retry-After"]) == ("503 Service Unavailable", retry_after)
    assert headers["Cache-Control"] == "no-store"
    crowd.end(2)
    assert waiting.result(WITHIN_S)[0] == "200 OK"


def test_a_full_queue_is_no_other_rank_s(visitors):
    crowd = visitors(ONE_EACH)
    crowd.ask(Rank.SALE)
    crowd.wait_for_work(1)
    crowd.ask_and_wait(Rank.PAGE)

    others = [crowd.ask_and_wait(Rank.CHARGE), crowd.ask_and_wait(Rank.SALE)]

    crowd.end(9)
    assert {each.result(WITHIN_S)[0] for each in others} == {"200 OK"}


def test_supervision_is_answered_whatever_waits(visitors):
    crowd = visitors(ONE_EACH)
    crowd.ask(Rank.SALE)
    crowd.wait_for_work(1)
    crowd.ask_and_wait(Rank.PAGE)

    alive = crowd.ask(None)
    crowd.wait_for_work(2)

    crowd.end(9)
    assert alive.result(WITHIN_S)[0] == "200 OK"


def test_who_waits_in_vain_is_refused_and_leaves_the_queue():
    room = WaitingRoom(ONE_EACH, patience_s=0.01)

    assert room.enter(Rank.SALE)
    assert [room.enter(Rank.SALE) for _ in range(3)] == [False] * 3
    room.leave(Rank.SALE)
    assert room.enter(Rank.SALE)


def test_a_place_is_free_again_after_a_failure():
    def fail(_environ, _start_response):
        raise LookupError

    admission = Admission(
        fail, bounds=Bounds(working=1, sales_waiting=0, charges_waiting=0, pages_waiting=0)
    )

    for _ in range(3):
        with pytest.raises(LookupError):
            ask(admission, "GET", "/")


def test_people_are_refused_by_a_calm_page_that_comes_again(visitors):
    crowd = visitors(Bounds(working=1, sales_waiting=0, charges_waiting=0, pages_waiting=0))
    crowd.ask(Rank.SALE)
    crowd.wait_for_work(1)

    status, headers, body = ask(crowd.admission, "GET", "/wallet/")
    _, sent, _ = ask(crowd.admission, "POST", "/wallet/sign-in/")

    assert (status, headers["Refresh"]) == ("503 Service Unavailable", "5")
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert b"Nothing was changed. Try again in a few seconds." in body
    assert "Refresh" not in sent


def test_there_are_threads_for_all_that_work_and_wait():
    waiting = (
        settings.SALES_WAITING_MAX + settings.CHARGES_WAITING_MAX + settings.PAGES_WAITING_MAX
    )

    assert Size().web_threads > settings.WORKING_MAX + waiting


def test_the_front_door_lets_in_no_more_than_there_is_room_for():
    workers = Size().web_workers

    assert ROOM["charges"] <= workers * settings.CHARGES_WAITING_MAX
    assert ROOM["pages"] <= workers * settings.PAGES_WAITING_MAX
    assert settings.CONNECTIONS_MAX == settings.WORKING_MAX - 1
