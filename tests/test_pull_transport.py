"""Asking over the network: what is tried again, what is not, and what is never said to whom."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator

import pytest
from index_server import Fault, Server, serving

from slr.errors import SlrError
from slr.pull.indexes.request import Request
from slr.pull.transport import LONGEST_WAIT_S, TRIES, AskError, Line

WORKS = [
    {"id": "W1", "doi": "10.5555/1", "title": "Invented one", "year": 2001, "authors": ["A B"],
     "journal": "J", "cited": 1}
]  # fmt: skip
REQUEST = Request("/works", {"search": "Invented", "per_page": "100", "page": "1"})


@pytest.fixture
def server() -> Iterator[Server]:
    with serving("openalex", WORKS) as one:
        yield one


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def now(self) -> float:
        return sum(self.slept)


def line(server: Server, clock: Clock, **more: object) -> Line:
    settings: dict[str, object] = {"interval_s": 0.0, "headers": {"Authorization": "Bearer secret"}}
    settings |= {"sleep": clock.sleep, "clock": clock.now, "say": lambda _: None} | more
    return Line("OpenAlex", server.url, **settings)  # type: ignore[arg-type]


def test_a_whole_reply_is_returned_byte_by_byte(server: Server) -> None:
    reply = line(server, Clock()).ask(REQUEST)
    assert reply is not None
    assert json.loads(reply) == server.answer(server.asked[0])
    assert server.asked[0].headers["Authorization"] == "Bearer secret"


@pytest.mark.parametrize(
    "fault",
    [
        Fault(500, b"oops"),
        Fault(502, b"<html>Bad gateway</html>"),
        Fault(503),
        Fault(429, b'{"error": "slow down"}'),
        Fault(200, b"<!doctype html><html><body>Log in</body></html>"),
        Fault(200, b'{"meta": {}, "results": ['),
        Fault(200, b""),
        Fault(200, b'{"meta": {}, "results": []}', cut_after=9),
        Fault(200, b"\x1f\x8bgarbled", headers={"Content-Encoding": "gzip"}),
    ],
    ids=["500", "502", "503", "429", "html", "broken-json", "empty", "cut-off", "garbled"],
)
def test_a_passing_fault_is_tried_again(server: Server, fault: Fault) -> None:
    server.faults = [fault, fault]
    clock = Clock()
    reply = line(server, clock).ask(REQUEST)
    assert reply is not None
    assert json.loads(reply)["meta"]["count"] == 1
    assert len(server.asked) == 3
    assert clock.slept == [1.0, 2.0]


def test_a_fault_that_stays_is_told_with_what_was_said(server: Server) -> None:
    server.faults = [Fault(500, b'{"message": "the index is <b>down</b>"}')] * TRIES
    told: list[str] = []
    clock = Clock()
    with pytest.raises(AskError) as error:
        line(server, clock, say=told.append).ask(REQUEST)
    assert str(error.value) == (
        "OpenAlex: no good answer in 6 tries: status 500: the index is down. "
        "Run the same command later: what was answered is kept."
    )
    assert len(server.asked) == TRIES
    assert clock.slept == [1.0, 2.0, 4.0, 8.0, 16.0]
    assert told[0] == "OpenAlex: status 500: the index is down; trying again in 1 s"


def test_the_rest_that_an_index_asks_for_is_kept(server: Server) -> None:
    server.faults = [Fault(429, headers={"Retry-After": "7"})]
    clock = Clock()
    line(server, clock).ask(REQUEST)
    assert clock.slept == [7.0]


def test_an_index_with_no_more_to_give_today_is_left_alone(server: Server) -> None:
    server.faults = [Fault(429, b'{"message": "Daily limit exceeded"}',
                           headers={"Retry-After": str(int(LONGEST_WAIT_S) + 1)})]  # fmt: skip
    clock = Clock()
    with pytest.raises(AskError, match=r"Daily limit exceeded: it asks to be left alone until 2"):
        line(server, clock).ask(REQUEST)
    assert clock.slept == []
    assert len(server.asked) == 1


@pytest.mark.parametrize(("status", "fix"), [(401, "key"), (403, "key"), (400, "config.yaml")])
def test_a_refusal_is_not_tried_again(server: Server, status: int, fix: str) -> None:
    server.faults = [Fault(status, b'{"error": "no"}')]
    with pytest.raises(AskError, match=rf"status {status}: no.*{fix}"):
        line(server, Clock()).ask(REQUEST)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "after", ["Fri, 31 Dec 9999 23:59:59 -2359", "Fri, 31 Dec 99999999999999999999 23:59:59 GMT"]
)
def test_a_rest_that_is_no_time_is_told_or_passed_over(server: Server, after: str) -> None:
    server.faults = [Fault(429, headers={"Retry-After": after})]
    with contextlib.suppress(AskError):
        line(server, Clock()).ask(REQUEST)


def test_a_redirection_to_nowhere_is_told(server: Server) -> None:
    server.faults = [Fault(302, headers={"Location": "http://[bad/"})] * TRIES
    with pytest.raises(AskError, match="no good answer"):
        line(server, Clock()).ask(REQUEST)


def test_what_is_not_there_is_an_answer(server: Server) -> None:
    assert line(server, Clock()).ask(Request("/works/doi:10.5555/none", {})) is None


def test_a_key_is_not_carried_to_another_address(server: Server) -> None:
    with serving("openalex", WORKS) as other:
        server.faults = [Fault(302, headers={"Location": f"{other.url}/works"})]
        with pytest.raises(AskError, match="sends elsewhere"):
            line(server, Clock()).ask(REQUEST)
        assert other.asked == []


def test_a_redirection_within_the_index_is_followed(server: Server) -> None:
    server.faults = [Fault(301, headers={"Location": "/works?search=Invented&per_page=100&page=1"})]
    reply = line(server, Clock()).ask(REQUEST)
    assert reply is not None
    assert json.loads(reply)["meta"]["count"] == 1


def test_redirections_come_to_an_end(server: Server) -> None:
    server.faults = [Fault(301, headers={"Location": "/works"})] * 10
    with pytest.raises(AskError, match="without end"):
        line(server, Clock()).ask(REQUEST)
    assert len(server.asked) == 4


def test_requests_keep_their_distance(server: Server) -> None:
    clock = Clock()
    asked = line(server, clock, interval_s=3.0)
    asked.ask(REQUEST)
    asked.ask(REQUEST)
    asked.ask(REQUEST)
    assert sum(clock.slept) == 6.0


def test_slow_bytes_are_given_up(server: Server) -> None:
    server.faults = [Fault(200, b" " * 200 + b"{}", byte_s=0.02)]
    told: list[str] = []
    asked = Line("OpenAlex", server.url, {}, 0.0, told.append, sleep=lambda _: None, whole_s=0.2)
    assert asked.ask(REQUEST) is not None
    assert told == ["OpenAlex: it answered too slowly; trying again in 1 s"]


def test_silence_is_given_up(server: Server) -> None:
    server.faults = [Fault(200, b"{" * 9, byte_s=0.3)]
    told: list[str] = []
    asked = Line("OpenAlex", server.url, {}, 0.0, told.append, sleep=lambda _: None, silent_s=0.1)
    assert asked.ask(REQUEST) is not None
    assert told == ["OpenAlex: it fell silent; trying again in 1 s"]


def test_an_address_where_nothing_is(server: Server) -> None:
    gone = server.url
    nowhere = Line("OpenAlex", gone.replace("127.0.0.1", "127.0.0.1.invalid"), {}, 0.0,
                   lambda _: None, sleep=lambda _: None)  # fmt: skip
    with pytest.raises(SlrError, match="it cannot be reached"):
        nowhere.ask(REQUEST)
