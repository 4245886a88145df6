"""The interactive page: nothing from elsewhere, nothing executed but its own script, all told."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from functools import cache
from html.parser import HTMLParser
from math import hypot
from typing import Any

import pandas as pd
import pytest
import review_tables
from stages import finished, made

from slr import cocite, io
from slr.cocite.build import Asked, build
from slr.cocite.lists import lists_of
from slr.cocite.tables import edge_rows, nodes
from slr.identity import Names, read_named_sources
from slr.report import explore
from slr.report.graph import Network
from slr.schemas.tables import columns

HOSTILE = '</script><script>alert("1")</script><!-- & \u2028 \u202e'
REVIEW = {
    "title": {"en": "T", "fa": "ت"},
    "about": {"en": "About.", "fa": "درباره."},
    "expected": {},
}


class Page(HTMLParser):
    """The elements of a page, and the text of its scripts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "script":
            self.scripts.append("")

    def handle_data(self, data: str) -> None:
        if self.cdata_elem == "script":
            self.scripts[-1] += data


@cache
def shipped() -> dict[str, str]:
    return of_review(review_tables.read())


def of_review(tables: dict[str, Any]) -> dict[str, str]:
    root = finished()
    named = read_named_sources(root)
    records = [r["record_id"] for r in made(root, "pull/records")]
    contexts = cocite.read_contexts(root, Names([*records, *named["record_id"]]))
    data = tables | {"cocite/cited": pd.DataFrame(columns=columns("cocite/cited"))}
    net = Network(tables["cocite/nodes"], tables["cocite/edges"], tables["cocite/coverage"], 0, 1)
    return explore.pages(net, data, contexts, review_tables.settings()["review"])


@cache
def co_cited() -> tuple[Network, dict[str, pd.DataFrame]]:
    """Three lists, one of them by a work with a hostile title, which cites hostile lines."""
    rows = [(f"s/C{n}", cited) for n in range(3) for cited in ("s/A", "W1", "W2")[: n + 1]]
    found = build(Asked("", "co-citation"), lists_of(*map(list, zip(*rows, strict=True))))
    edges = edge_rows(found).reindex(columns=columns("cocite/edges"))
    labels = pd.DataFrame(
        {
            "node_id": ["s/A", "W1", "W2"],
            "label": ["Ames 2001", HOSTILE, "W2"],
            "label_fa": ["ایمز 2001", HOSTILE, "W2"],
            "status": ["included", "not a record", "not a record"],
            "year": [2001, None, None],
        }
    )
    coverage = pd.DataFrame(
        [("co-citation", "edges", len(edges))], columns=columns("cocite/coverage")
    )
    works = pd.DataFrame(columns=columns("dedup/works"))
    works["work_id"] = ["s/A", "s/C1", "s/C2"]
    works["title"] = ["A <b>title</b>", HOSTILE, None]
    works["author"] = ["Ames, R", "Cole, P", None]
    cited = pd.DataFrame([("x", "W1", "T<i>")], columns=["cited", "cited_id", "title"])
    data = {"dedup/works": works, "cocite/cited": cited}
    return Network(nodes(edges, labels, found, 1), edges, coverage, 0, 1), data


def pages_of_co_cited() -> dict[str, str]:
    net, data = co_cited()
    return explore.pages(net, data, pd.DataFrame(), REVIEW)


def content(html: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(Page(html).scripts[0])
    return told


@pytest.mark.parametrize("lang", ["en", "fa"])
def test_it_needs_nothing_from_elsewhere(lang: str) -> None:
    html = shipped()[lang]
    page = Page(html)
    assert not re.findall(r"https?://|url\((?!data:)|@import|src\s*=\s*[\"']?(?!data:)[^\s>]", html)
    links = [attrs["href"] for tag, attrs in page.tags if tag == "a"]
    other = "fa" if lang == "en" else "en"
    assert links == [f"index.html#{lang}-network", f"network.{other}.html"]
    assert not {tag for tag, _ in page.tags} & {"link", "iframe", "object", "base", "img"}


@pytest.mark.parametrize("lang", ["en", "fa"])
def test_only_its_own_script_may_run(lang: str) -> None:
    page = Page(shipped()[lang])
    [policy] = [a["content"] for tag, a in page.tags if a.get("http-equiv")]
    assert policy is not None
    digest = base64.b64encode(hashlib.sha256(page.scripts[1].encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert len(page.scripts) == 2
    assert not [name for _, attrs in page.tags for name in attrs if name.startswith("on")]


def test_it_holds_every_line_with_what_is_behind_it() -> None:
    told = content(shipped()["en"])
    names = [node[0] for node in told["nodes"]]
    contexts = [place[0] for place in told["behind"]]
    found = {
        (names[a], names[b], weight, " ".join(contexts[at] for at in via))
        for a, b, weight, via in told["edges"]
    }
    assert found == {
        (e["source"], e["target"], float(e["weight"]), e["via"])
        for e in made(finished(), "cocite/edges")
    }
    assert told["left"] == [0, 0]
    years = {n["node_id"]: n["year"] for n in made(finished(), "cocite/nodes")}
    assert {node[0]: str(node[2] or "") for node in told["nodes"]} == years


def test_citing_works_are_told_by_name_and_title() -> None:
    told = content(pages_of_co_cited()["en"])
    assert sorted(place[:2] for place in told["behind"]) == [["s/C1", "Cole"], ["s/C2", "C2"]]
    [edge] = [e for e in told["edges"] if e[2] == 2]
    assert [told["behind"][at][0] for at in edge[3]] == ["s/C1", "s/C2"]


@pytest.mark.parametrize("lang", ["en", "fa"])
def test_hostile_text_stays_text(lang: str) -> None:
    html = pages_of_co_cited()[lang]
    page = Page(html)
    assert len(page.scripts) == 2
    told = content(html)
    said = [told["nodes"][0][1], *(title for _, _, title in told["behind"])]
    assert any(text.startswith('</script><script>alert("1")</script><!-- &') for text in said)
    assert not any("\u202e" in text for text in said)
    assert "<" not in page.scripts[0]


def test_the_script_sets_texts_as_text_alone() -> None:
    script = (io.read_text(explore._HERE / "explore.js")).replace(" ", "")
    for way in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "fetch(",
    ):
        assert way not in script


def test_dots_stand_apart_and_within_the_square() -> None:
    told = content(shipped()["en"])
    spots = [(node[5], node[6]) for node in told["nodes"]]
    assert all(0 <= value <= 1000 for spot in spots for value in spot)
    assert len(set(spots)) == len(spots)
    near = [min(hypot(a - c, b - d) for c, d in spots if (c, d) != (a, b)) for a, b in spots]
    assert sorted(near)[len(near) // 2] > 8


def test_the_order_of_rows_changes_nothing() -> None:
    tables = dict(review_tables.read())
    for name in ("cocite/nodes", "cocite/edges"):
        tables[name] = tables[name].sample(frac=1, random_state=3)
    before, after = content(shipped()["en"]), content(of_review(tables)["en"])
    assert before == after


def test_of_too_many_lines_the_heaviest_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explore, "MOST_EDGES", 1)
    told = content(pages_of_co_cited()["en"])
    assert [edge[2] for edge in told["edges"]] == [2]
    assert told["left"] == [1, 2]


def test_an_empty_network_says_why() -> None:
    net, data = co_cited()
    empty = Network(net.nodes.head(0), net.edges.head(0), net.coverage, 0, 1)
    made_ = explore.pages(empty, data, pd.DataFrame(), REVIEW)
    assert "No network is drawn" in made_["en"]
    assert 'id="picture"' not in made_["en"]


def test_every_control_has_a_name() -> None:
    page = Page(shipped()["en"])
    for tag, attrs in page.tags:
        if tag == "button":
            assert attrs.get("aria-label") or attrs["id"] == "all"
        if tag == "svg":
            assert attrs["tabindex"] == "0"
            assert attrs["aria-label"]
    inputs = sum(tag == "input" for tag, _ in page.tags)
    assert inputs == 5 == sum(tag == "label" for tag, _ in page.tags)
