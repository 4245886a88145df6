"""Asking the indexes for what `pull.online` of the config names; their replies are kept.

Nothing else in slr opens an address. What is kept is read by `slr.pull.answers`, offline.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slr import config, io, pull, text
from slr.errors import ConfigError, Problem
from slr.paths import CHASED, CONFIG, RECORDS, SCREENED
from slr.pull import answers, frozen
from slr.pull.entries import outline
from slr.pull.indexes import INDEXES, openalex
from slr.pull.indexes.items import is_list, listed
from slr.pull.indexes.request import Request
from slr.pull.transport import AskError, Line, RefusedError

if TYPE_CHECKING:
    import pandas as pd

RECORDS_MAX = 20_000
"""Most records that one query may find, where the config says nothing else."""

Say = Callable[[str], None]
Told = Callable[[str, int, int | None], None]
"""Takes what is being asked, how much of it is answered, and of how much where that is known."""


class _NothingThereError(AskError):
    """An index that has no such page."""


class _TooManyError(RefusedError):
    """A query that finds more than was wanted."""


class _LeftOffError(AskError):
    """A page that was the next one when asking was left off, and is known no longer."""


@dataclass
class Asking:
    """One index while it is asked: what it is, its line, where its replies go, and the counts.

    `problems` can go away when it is asked again; of what is `short`, more is not to be had.
    """

    name: str
    key: str
    line: Line
    store: frozen.Store
    plan: Mapping[str, Any]
    told: Told
    now: Callable[[], datetime]
    asked: int = 0
    kept: int = 0
    counts: dict[str, dict[str, int | None]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    short: list[Problem] = field(default_factory=list)

    @property
    def module(self) -> Any:
        """How the index is asked and read."""
        return INDEXES[self.name]

    def get(self, purpose: str, request: Request, about: list[str], most: int | None = None) -> Any:
        """Return what a request is answered, from what is kept or by asking; None for nothing."""
        reply = self.store.reply(purpose, request, about)
        if reply is None:
            answer = self.line.ask(request)
            self._judge(purpose, request, about, answer, most)
            reply = self.store.keep(purpose, request, about, _written(self.now()), answer)
            self.asked += 1
        else:
            self.kept += 1
        return None if reply.reply is None else json.loads(reply.reply)

    def _judge(
        self,
        purpose: str,
        request: Request,
        about: list[str],
        answer: bytes | None,
        most: int | None,
    ) -> None:
        """Refuse, before it is kept, what is no answer, and more than was wanted."""
        name = self.module.NAME
        one = purpose == frozen.TITLE or (purpose == frozen.DOIS and len(about) == 1)
        if answer is None:
            if not one:
                fix = "Is its address in the environment wrong, or is there a newer slr?"
                found = f"has nothing at {request.path} (404)."
                raise _NothingThereError(Problem(found, fix, name))
            return
        reply = json.loads(answer)
        if not is_list(reply) and not (one and isinstance(reply, dict)):
            found = f"answered, but with no list of works: {outline(answer.decode())}"
            raise AskError(Problem(found, "Run the same command later.", name))
        if purpose not in (frozen.QUERY, frozen.FORWARD):
            return
        total = self.module.total(reply)
        if total is None:
            found = "answered, but does not say how many works there are."
            raise AskError(Problem(found, "Run the same command later.", name))
        if most is not None and total > most:
            found = f"{purpose} {about[0]!r} finds {total:,} works, more than {most:,}."
            fix = "Narrow it, or raise pull.online.records_max in config.yaml."
            raise _TooManyError(Problem(found, fix, name))

    def counted(self, what: str, came: int, total: int | None) -> None:
        """Keep how many works came of how many, and tell where it is not all of them."""
        self.counts[what] = {"came": came, "told": total}
        if total is not None and came < total and self.module.EXACT:
            found = f"{what}: {came:,} works only of {total:,}; more is not to be had."
            self.short.append(Problem(found, "Narrow the query to get all.", self.module.NAME))

    def pages(
        self, purpose: str, request: Request | None, about: list[str], most: int | None = None
    ) -> tuple[int, int | None]:
        """Ask for all pages from a first; return how many works came, and how many there are.

        Where asking was left off and the index no longer knows the next page, all are asked for
        anew, and the replies from before are kept aside.

        Raises
        ------
        AskError
            If there are more than `most`, of which then none is kept; if a page is not answered.
        """
        try:
            return self._pages(purpose, request, about, most)
        except _LeftOffError:
            aside, replies = self.store.set_aside(purpose, about)
            self.kept -= replies
            self.line.say(
                f"{self.module.NAME}: {purpose} {about[0]}: the page at which it was left off is "
                f"no longer known, so it is asked anew; {replies} replies from before are in "
                f"{Path(*aside.parts[-3:])}"
            )
            return self._pages(purpose, request, about, most)

    def _pages(
        self, purpose: str, request: Request | None, about: list[str], most: int | None
    ) -> tuple[int, int | None]:
        came, total, kept = 0, None, False
        seen: set[str] = set()
        while request is not None:
            if request.digest in seen:
                found = "names the same page again and again."
                raise AskError(Problem(found, "", self.module.NAME))
            seen.add(request.digest)
            asked = self.asked
            try:
                reply = self.get(purpose, request, about, most)
            except _TooManyError:
                raise
            except (RefusedError, _NothingThereError) as error:
                if not came:
                    raise
                kind = _LeftOffError if kept else AskError
                found = "does not know the page that it named itself."
                fix = "Run the same command later."
                raise kind(Problem(found, fix, self.module.NAME)) from error
            kept = self.asked == asked
            total = self.module.total(reply) if total is None else total
            came += listed(reply)
            self.told(f"{self.module.NAME}: {purpose} {about[0][:40]}", came, total)
            request = self.module.following(request, reply)
        return came, total


def ask(
    root: Path,
    say: Say,
    told: Told,
    *,
    environ: Mapping[str, str] = os.environ,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> list[Problem]:
    """Ask all indexes for all that the config names; return what could not be had.

    Queries come first, then what is to be learnt of the records that are there and of the works
    that they cite, then citations of the works included by the last run. What was answered before
    an interruption, or on the same day, is not asked again.

    Parameters
    ----------
    root
        Folder of the review.
    say, told
        Take a word, and the progress.
    environ
        The environment: keys, and other addresses of the indexes.
    now
        What time it is, in UTC.

    Raises
    ------
    ConfigError
        If the config does not say what to ask.
    """
    online = config.load(root / CONFIG)["pull"].get("online")
    if not online:
        fix = "Say there what to ask, as docs/asking-indexes.md shows."
        raise ConfigError(Problem("is missing.", fix, CONFIG, None, "pull.online"))
    try:
        json.dumps(online, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        found = "holds half a character, which no request can hold."
        raise ConfigError(Problem(found, "Delete it.", CONFIG, None, "pull.online")) from error
    problems: list[Problem] = []
    askings = []
    for name in INDEXES:
        if plan := _plan(name, online):
            try:
                askings.append(_asking(name, plan, root, say, told, environ, now))
            except AskError as error:
                problems += error.problems
    steps: list[Callable[[Asking], None]] = [
        lambda asking: _queries(asking, online, say),
        lambda asking: _enrich(asking, root, say),
        lambda asking: _name_cited(asking, root, say),
        lambda asking: _chase(asking, root, say),
    ]
    for step in steps:
        for asking in list(askings):
            try:
                step(asking)
            except AskError as error:
                problems += [*asking.problems, *asking.short, *error.problems]
                askings.remove(asking)
    for asking in askings:
        problems += asking.problems + asking.short
        if not asking.problems:
            counts = {"counts": asking.counts}
            frozen.finish(asking.store, asking.plan, counts, _written(now()))
        replies = f"{asking.asked} replies came, {asking.kept} were kept from before"
        say(f"{asking.module.NAME}: done, {replies}; in {asking.store.folder.relative_to(root)}")
    return problems


def _plan(name: str, online: Mapping[str, Any]) -> dict[str, Any]:
    """Return what one index is to be asked; empty if nothing."""
    queries = {
        query: dict(of_index[name])
        for query, of_index in online.get("queries", {}).items()
        if name in of_index
    }
    plan: dict[str, Any] = {"queries": queries} if queries else {}
    if name in online.get("enrich", []):
        plan["enrich"] = True
    if name == "openalex" and online.get("chase"):
        plan["chase"] = list(online["chase"])
    if name == "openalex" and "name_cited" in online:
        plan["name_cited"] = online["name_cited"]
    return plan


def _asking(
    name: str,
    plan: Mapping[str, Any],
    root: Path,
    say: Say,
    told: Told,
    environ: Mapping[str, str],
    now: Callable[[], datetime],
) -> Asking:
    module = INDEXES[name]
    _refuse_namesake(name, plan, root)
    key = environ.get(module.KEY, "").strip()
    if module.NEEDS_KEY and not key:
        fix = f"Get a key and put it in the environment as {module.KEY}."
        raise AskError(Problem("was not asked: it answers only who has a key.", fix, module.NAME))
    if not (key.isascii() and key.isprintable()):
        raise AskError(Problem(f"{module.KEY} is no key.", "Copy it again.", module.NAME))
    address = environ.get(f"SLR_{name.upper()}_URL") or module.ADDRESS
    if not address.startswith(("https://", "http://")):
        fix = "It begins with https://."
        raise AskError(Problem(f"SLR_{name.upper()}_URL is no address.", fix, module.NAME))
    secret = "" if "@" in key else key  # an address of mail is none
    line = Line(module.NAME, address, module.headers(key), module.INTERVAL_S, say, secret)
    store = frozen.begin(root, name, plan, now().date(), _written(now()))
    return Asking(name, key, line, store, plan, told, now)


def _refuse_namesake(name: str, plan: Mapping[str, Any], root: Path) -> None:
    """Refuse to ask for records whose ids a file of people would share."""
    wanted = {name} if "queries" in plan else set()
    wanted |= {CHASED} if "chase" in plan else set()
    for path in pull.record_files(root):
        if path.name.split(".")[0] in wanted:
            found = f"has the name of an index that is asked for records ({path.name})."
            raise AskError(Problem(found, "Rename the file.", RECORDS))


def _queries(asking: Asking, online: Mapping[str, Any], say: Say) -> None:
    most = online.get("records_max", RECORDS_MAX)
    for query, params in asking.plan.get("queries", {}).items():
        first = asking.module.search(_texts(params), key=asking.key)
        try:
            came, total = asking.pages(frozen.QUERY, first, [query], most)
        except RefusedError as error:  # the other queries may be good
            asking.problems += error.problems
            continue
        asking.counted(f"query {query}", came, total)
        say(f"{asking.module.NAME}: query {query}: {came:,} works")


def _texts(params: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in params.items()}


def _enrich(asking: Asking, root: Path, say: Say) -> None:
    """Ask what an index knows of the records that it did not bring itself."""
    if not asking.plan.get("enrich"):
        return
    records = pull.collect(root).tables["records"]
    own = {asking.name, CHASED} if asking.name == "openalex" else {asking.name}
    came_from_it = records["source"].isin(own) & records["file"].map(answers.answered).astype(bool)
    others = records[~came_from_it]
    dois = sorted(set(others["doi"].dropna()) - asking.store.about(frozen.DOIS))
    without = others[others["doi"].isna() & others["title"].notna()]
    long = without["title"].map(lambda t: len(text.title_key(t)) >= answers.LETTERS_MIN)
    titles = sorted(set(without.loc[long.astype(bool), "title"]))
    found = 0
    for n, batch in enumerate(_batches(dois, asking.module)):
        found += _by_dois(asking, batch)
        done = min((n + 1) * asking.module.BATCH, len(dois))
        asking.told(f"{asking.module.NAME}: works by DOI", done, len(dois))
    for n, title in enumerate(titles, 1):
        try:
            asking.get(frozen.TITLE, asking.module.by_title(title), [title])
        except RefusedError as error:
            asking.problems += error.problems
        asking.told(f"{asking.module.NAME}: works by title", n, len(titles))
    told = [f"{found:,} of {len(dois):,} DOIs found"] if dois else []
    told += [f"{len(titles):,} titles looked for"] if titles else []
    if told:
        say(f"{asking.module.NAME}: {', '.join(told)}")


def _by_dois(asking: Asking, dois: list[str]) -> int:
    """Ask for works by DOI, by halves where one DOI spoils the request; return how many came."""
    try:
        return listed(asking.get(frozen.DOIS, asking.module.by_dois(dois), dois))
    except RefusedError as error:
        if len(dois) == 1:
            asking.problems += error.problems
            return 0
        half = len(dois) // 2
        return _by_dois(asking, dois[:half]) + _by_dois(asking, dois[half:])


def _batches(dois: Sequence[str], module: Any) -> Iterator[list[str]]:
    """Yield the DOIs in lists that one request can hold."""
    plain = [doi for doi in dois if not module.alone(doi)]
    yield from _chunks(plain, module.BATCH)
    yield from ([doi] for doi in dois if module.alone(doi))


def _chunks(items: Sequence[str], most: int) -> Iterator[list[str]]:
    for at in range(0, len(items), most):
        yield list(items[at : at + most])


def _name_cited(asking: Asking, root: Path, say: Say) -> None:
    """Ask for the names of works that most lists hold and that are no records.

    OpenAlex lists references by its ids alone. A name does not age: it is asked for once.
    """
    most = asking.plan.get("name_cited")
    if not most:
        return
    tables = pull.collect(root).tables
    own = set(_openalex_ids(tables).values())
    lists = zip(tables["references"]["record_id"], tables["references"]["cited"], strict=True)
    pairs = {(record, openalex.short(str(cited))) for record, cited in lists}
    held = Counter(cited for _, cited in pairs if cited and cited not in own)
    wanted = sorted(held, key=lambda cited: (-held[cited], cited))[:most]
    before = frozen.about(root, asking.name, frozen.CITED)
    left = [cited for cited in wanted if cited not in before]
    came = 0
    for n, batch in enumerate(_chunks(left, openalex.BATCH)):
        came += listed(asking.get(frozen.CITED, openalex.by_ids(batch), batch))
        done = min((n + 1) * openalex.BATCH, len(left))
        asking.told(f"{asking.module.NAME}: names of works cited", done, len(left))
    say(
        f"{asking.module.NAME}: {came:,} of {len(left):,} cited works named now, "
        f"{len(wanted) - len(left):,} asked for before; {len(held) - len(wanted):,} in fewer lists "
        "keep their ids"
    )


def _chase(asking: Asking, root: Path, say: Say) -> None:
    """Ask for the works that the included ones cite, and for those that cite them."""
    directions = asking.plan.get("chase", [])
    if not directions:
        return
    if not (root / SCREENED / "included.csv").exists():
        say(f"{asking.module.NAME}: citations wait for the screening: `slr run`, then ask again")
        return
    seeds, cited, unknown = _seeds(root)
    if unknown:
        say(f"{asking.module.NAME}: {unknown} of the included works are not known to it")
    if "backward" in directions:
        left = sorted(cited - asking.store.about(frozen.BACKWARD))
        for n, batch in enumerate(_chunks(left, openalex.BATCH)):
            asking.get(frozen.BACKWARD, openalex.by_ids(batch), batch)
            done = min((n + 1) * openalex.BATCH, len(left))
            asking.told(f"{asking.module.NAME}: works cited", done, len(left))
        say(f"{asking.module.NAME}: {len(cited):,} works cited by {len(seeds)} included ones")
    if "forward" in directions:
        came, told = 0, 0
        for batch in _chunks(seeds, openalex.CHASED):
            first = openalex.citing(batch, key=asking.key)
            got, total = asking.pages(frozen.FORWARD, first, batch)
            came, told = came + got, told + (total or 0)
        asking.counted("works that cite the included ones", came, told)
        say(f"{asking.module.NAME}: {came:,} works that cite them")


def _seeds(root: Path) -> tuple[list[str], set[str], int]:
    """Return OpenAlex's ids of the included works, those of what they cite, and how many have none.

    What a work cites is what OpenAlex lists for any of its records.
    """
    tables = pull.collect(root).tables
    included = io.read_table(root / SCREENED / "included.csv", "screen/included")
    ids = _openalex_ids(tables)
    of_work = [
        next((ids[r] for r in record_ids.split() if r in ids), None)
        for record_ids in included["record_ids"]
    ]
    mine = {record for record_ids in included["record_ids"] for record in record_ids.split()}
    lists = tables["references"]
    lists = lists[lists["record_id"].isin(mine) & lists["listed_by"].isin(["openalex", CHASED])]
    cited = {openalex.short(str(one)) for one in lists["cited"]} - {""}
    return sorted(filter(None, set(of_work))), cited, of_work.count(None)


def _openalex_ids(tables: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """Return OpenAlex's id of each record that it brought or knows."""
    said = tables["enrichment"]
    said = said[said["index"] == openalex.NAME].drop_duplicates("record_id")
    records = tables["records"]
    own = records[records["source"].isin(["openalex", CHASED])]
    own = own[own["file"].map(answers.answered).astype(bool)]
    return {
        **dict(zip(said["record_id"], said["answer_id"], strict=True)),
        **dict(zip(own["record_id"], own["key"], strict=True)),
    }


def _written(when: datetime) -> str:
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")
