"""Asking an index over the network: patiently, politely, and only for whole replies in JSON."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import quote, urljoin, urlsplit

import requests
from urllib3.exceptions import DecodeError, HTTPError, ProtocolError, ReadTimeoutError

from slr.errors import Problem, SlrError
from slr.pull.entries import outline
from slr.pull.indexes.items import plain
from slr.pull.indexes.request import Request

TRIES = 6
"""How often one request is tried before it counts as failed."""
FIRST_WAIT_S = 1.0
"""Seconds before the second try; doubled before each further one, if the index says nothing."""
LONGEST_WAIT_S = 120.0
"""An index that asks for a longer rest has no more to give today."""
LARGEST = 256 << 20
"""Bytes that one reply may have."""
_CONNECT_S, _SILENT_S = 15.0, 60.0
_WHOLE_S = 600.0
_PASSING = {408, 425, 429, 500, 502, 503, 504}
_READ = 1 << 16
_REDIRECTS = 3
_SHORTEST_KEY = 6


class AskError(SlrError):
    """An index that does not answer as it should; others may still be asked."""


class RefusedError(AskError):
    """One request that an index does not take; others it may."""


class _PassingError(Exception):
    """A fault that may be gone at the next try."""

    def __init__(self, told: str, wait_s: float | None = None) -> None:
        super().__init__(told)
        self.wait_s = wait_s


# ValueError: an address or a time of its answer that is none.
_FAULTS = (_PassingError, requests.RequestException, HTTPError, OSError, ValueError)


@dataclass
class Line:
    """A line to one index.

    Parameters
    ----------
    name
        The index, for messages.
    address
        What its requests begin with.
    headers
        What lets them in; said to this address alone, and never written down.
    interval_s
        Least seconds between two requests.
    say
        Takes a word on each wait.
    secret
        The key within the headers, its parts apart by colons; no answer may say it again.
    sleep, clock, whole_s
        For tests: how to wait, what time it is, seconds that one reply may take.
    """

    name: str
    address: str
    headers: Mapping[str, str]
    interval_s: float
    say: Callable[[str], None]
    secret: str = ""
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    silent_s: float = _SILENT_S
    whole_s: float = _WHOLE_S
    _session: requests.Session = field(default_factory=requests.Session)
    _asked: float = float("-inf")

    def ask(self, request: Request) -> bytes | None:
        """Return the reply as it came, None where the index says that it has no such thing.

        Raises
        ------
        AskError
            If the index refuses, or has not answered after `TRIES` tries, with what it said.
        """
        wait_s = FIRST_WAIT_S
        for tried in range(1, TRIES + 1):
            try:
                return self._ask_once(request)
            except _FAULTS as fault:
                told = _told(fault)
                asked = fault.wait_s if isinstance(fault, _PassingError) else None
                if asked is not None and asked > LONGEST_WAIT_S:
                    raise self._no_more(told, asked) from fault
                if tried == TRIES:
                    fix = "Run the same command later: what was answered is kept."
                    found = f"no good answer in {TRIES} tries: {told}."
                    raise AskError(Problem(found, fix, self.name)) from fault
                rest = wait_s if asked is None else asked
                self.say(f"{self.name}: {told}; trying again in {rest:.0f} s")
                self.sleep(rest)
                wait_s *= 2
        raise AssertionError  # the last try has returned or raised

    def _ask_once(self, request: Request) -> bytes | None:
        early = self._asked + self.interval_s - self.clock()
        if early > 0:
            self.sleep(early)
        self._asked = self.clock()
        address = self.address.rstrip("/") + quote(request.path, safe="/:;()")
        params: dict[str, str] | None = request.params
        for _ in range(_REDIRECTS + 1):
            with self._send(address, params, request) as response:
                if not response.is_redirect:
                    return self._judge(response)
                address, params = self._redirected(response), None
        raise AskError(Problem("sends from one address to another without end.", "", self.name))

    def _send(
        self, address: str, params: dict[str, str] | None, request: Request
    ) -> requests.Response:
        return self._session.request(
            "POST" if request.ids else "GET",
            address,
            params=params,
            json={"ids": list(request.ids)} if request.ids else None,
            headers={"Accept": "application/json", **self.headers},
            timeout=(_CONNECT_S, self.silent_s),
            allow_redirects=False,
            stream=True,
        )

    def _redirected(self, response: requests.Response) -> str:
        """Return where a redirection leads, if it is the same place: the key is for it alone."""
        to = urljoin(response.url, response.headers["Location"])
        if urlsplit(to)[:2] != urlsplit(response.url)[:2]:
            fix = "It may have moved: is there a newer slr?"
            raise AskError(Problem(f"sends elsewhere, to {outline(to)}.", fix, self.name))
        return to

    def _judge(self, response: requests.Response) -> bytes | None:
        status = response.status_code
        body = self._read(response)
        if status == 404:
            return None
        shown = self._without_keys(body)
        if status in _PASSING:
            raise _PassingError(f"status {status}{_said(shown)}", _rest(response.headers))
        if status in (401, 403):
            fix = "Is its key right, and may it do this?"
            raise AskError(Problem(f"refuses (status {status}{_said(shown)}).", fix, self.name))
        if status != 200:
            fix = "Look at what pull.online in config.yaml asks of it."
            raise RefusedError(Problem(f"status {status}{_said(shown)}.", fix, self.name))
        try:
            json.loads(body.decode(json.detect_encoding(body)))
        except (ValueError, RecursionError):
            raise _PassingError(f"it answered, but not in JSON{_said(shown)}") from None
        if shown != body:
            fix = "Tell whoever keeps it."
            raise AskError(
                Problem("says your key in its answer; nothing was kept.", fix, self.name)
            )
        return body

    def _without_keys(self, body: bytes) -> bytes:
        """Return what an index said, for a message: some say the key again that was wrong."""
        for key in self.secret.split(":"):
            if len(key) >= _SHORTEST_KEY:
                body = body.replace(key.encode(), b"(your key)")
        return body

    def _read(self, response: requests.Response) -> bytes:
        begun = self.clock()
        read = []
        size = 0
        # As it comes: to wait for a whole piece would let an index send a byte a minute.
        while piece := response.raw.read1(_READ, decode_content=True):
            read.append(piece)
            size += len(piece)
            if size > LARGEST:
                raise AskError(Problem("answers without end.", "", self.name))
            if self.clock() - begun > self.whole_s:
                raise _PassingError("it answered too slowly")
        return b"".join(read)

    def _no_more(self, told: str, wait_s: float) -> AskError:
        at = datetime.now(UTC) + timedelta(seconds=min(wait_s, 1e9))
        found = f"{told}: it asks to be left alone until {at:%Y-%m-%d %H:%M} UTC."
        fix = "Run the same command then: what was answered is kept."
        return AskError(Problem(found, fix, self.name))


def _told(fault: Exception) -> str:
    if isinstance(fault, _PassingError):
        return str(fault)
    kinds = {
        requests.exceptions.ConnectTimeout: "it cannot be reached in time",
        requests.exceptions.ReadTimeout: "it fell silent",
        ReadTimeoutError: "it fell silent",
        ProtocolError: "its answer broke off",
        DecodeError: "its answer is garbled",
        requests.exceptions.SSLError: "its certificate is not good",
        requests.exceptions.ConnectionError: "it cannot be reached",
    }
    return next((told for kind, told in kinds.items() if isinstance(fault, kind)), "it failed")


def _said(body: bytes) -> str:
    """Return what a refusal says, in a few words; empty where it says nothing."""
    text = body[:2000].decode("utf-8", "replace")
    try:
        told = json.loads(body)
        text = next(str(told[k]) for k in ("message", "error", "detail") if told.get(k))
    except (ValueError, RecursionError, AttributeError, StopIteration):
        pass
    words = outline(re.sub(r"[^\w\s.,:;'()/-]", "", plain(text)))
    return f": {words.rstrip('.')}" if words else ""


def _rest(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that `Retry-After` asks for, None where it is not there or no time."""
    asked = headers.get("Retry-After", "").strip()
    if re.fullmatch(r"\d{1,9}(?:\.\d+)?", asked):
        return float(asked)
    try:
        return max(0.0, (parsedate_to_datetime(asked) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None
