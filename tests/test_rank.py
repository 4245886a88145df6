"""Ranking: features and models against scikit-learn, replays, measures, and what a review ranks."""

from __future__ import annotations

import csv
import gzip
import json
import random
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC
from stages import edit

from slr import cli, io
from slr.errors import ConfigError, SlrError
from slr.paths import RANKED
from slr.rank import review as review_rank
from slr.rank.features import features, words_of
from slr.rank.kernel import Kernel, products
from slr.rank.learner import Learner, balanced, solve
from slr.rank.metrics import measures
from slr.rank.replay import replay
from slr.rank.silence import silence
from slr.rank.simulate import simulate_file
from slr.rank.votes import answers, voters
from slr.rank.waiting import order
from slr.report.recall import picture
from slr.schemas.tables import columns
from slr.screen import tally

SUBJECT = (
    "digital", "government", "portal", "service", "adoption", "citizens", "trust", "online", "tax",
    "register",
)  # fmt: skip
OTHER = (
    "migraine", "triptan", "dose", "placebo", "aspirin", "nausea", "relief", "headache", "trial",
    "patients",
)  # fmt: skip
PERSIAN = (
    "دیجیتال", "دولت", "درگاه", "خدمت", "پذیرش", "شهروندان", "اعتماد", "برخط", "مالیات", "ثبت",
    "میگرن", "تریپتان", "دوز", "دارونما", "آسپرین", "تهوع", "تسکین", "سردرد", "کارآزمایی",
    "بیماران",
)  # fmt: skip


def made_set(records: int = 120, relevant: int = 12, seed: int = 3) -> list[dict[str, str]]:
    """Records on two subjects that share words; those on the first are relevant."""
    chance = random.Random(seed)
    rows = []
    for number in range(records):
        own, foreign = (SUBJECT, OTHER) if number < relevant else (OTHER, SUBJECT)
        said = chance.choices(own, k=10) + chance.choices(foreign, k=2)
        chance.shuffle(said)
        label = str(int(number < relevant))
        rows.append(
            {
                "record_id": f"r{chance.randrange(10**9)}",
                "title": " ".join(said[:4]),
                "abstract": "" if number % 7 == 0 else " ".join(said[4:]),
                "label_included": label,
            }
        )
    chance.shuffle(rows)
    return rows


def write(path: Path, rows: list[dict[str, str]]) -> Path:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "wt", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


def priors(rows: list[dict[str, str]]) -> dict[str, list[str]]:
    of = {label: [r["record_id"] for r in rows if r["label_included"] == label] for label in "01"}
    return {"included": of["1"][:1], "excluded": of["0"][:1]}


def shown(out: Path) -> list[dict[str, str]]:
    with (out / "order.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# --- features and models, against scikit-learn ---------------------------------------------------

TEXTS = [(r["title"], r["abstract"]) for r in made_set(40, 8)]


def test_words_weigh_as_in_scikit_learn() -> None:
    made = features(TEXTS)
    theirs = TfidfVectorizer(
        ngram_range=(1, 2), sublinear_tf=True, smooth_idf=True, token_pattern=r"\w+"
    )
    wanted = theirs.fit_transform(" ".join(text) for text in TEXTS)
    names = [made.terms.name(column) for column in range(made.words.shape[1])]
    place = [theirs.vocabulary_[name] for name in names]
    assert np.allclose(made.words.toarray(), wanted.toarray()[:, place], atol=1e-6)


def test_titles_are_the_words_of_titles_alone() -> None:
    made = features([("Digital tax", "a register"), ("", "register"), ("tax tax", "")])
    assert [np.count_nonzero(row) for row in made.titles.toarray()] == [2, 0, 1]


def test_runs_join_the_forms_of_a_word() -> None:
    made = features([("governance", ""), ("governmental", ""), ("migraine", "")])
    like = (made.runs @ made.runs.T).toarray()
    assert like[0, 1] > 0.2
    assert like[0, 2] == 0


def test_a_model_is_the_linear_svc_of_scikit_learn() -> None:
    made = features(TEXTS)
    chance = np.random.default_rng(1)
    rows = np.sort(chance.permutation(len(TEXTS))[:30])
    signs = np.where(chance.random(30) < 0.3, 1, -1).astype(np.float32)
    costs = (0.4 * balanced(signs)).astype(np.float32)
    solved = solve(Kernel(made.words), rows, signs, costs, np.zeros(30, np.float32))
    ours = Kernel(made.words).onto_all(rows, solved)
    theirs = LinearSVC(C=1, loss="squared_hinge", tol=1e-8, max_iter=100_000)
    theirs.fit(made.words[rows].toarray().astype(float), signs, sample_weight=costs)
    assert np.allclose(ours, theirs.decision_function(made.words.toarray()), atol=5e-3)


def test_inner_products_are_the_same_however_they_are_formed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = features(TEXTS)
    assert np.allclose(products(made.runs), (made.runs @ made.runs.T).toarray(), atol=1e-5)
    judged, relevant = np.array([0, 1, 2, 3]), np.array([True, False, False, True])
    whole = Learner(made).scores(judged, relevant)
    monkeypatch.setattr("slr.rank.kernel.WHOLE", 0)
    assert np.allclose(Learner(made).scores(judged, relevant), whole, atol=1e-2)


@given(st.lists(st.sampled_from([1.0, -1.0]), min_size=1, max_size=40))
def test_weights_have_mean_one_and_keep_the_ratio(signs: list[float]) -> None:
    given_signs = np.array(signs, np.float32)
    weights = balanced(given_signs)
    assert weights.mean() == pytest.approx(1, abs=1e-5)
    positive = given_signs > 0
    if positive.any() and not positive.all():
        assert weights[positive].sum() / weights[~positive].sum() == pytest.approx(9.8, rel=1e-4)


def test_words_of_scripts_without_spaces_are_pairs_of_letters() -> None:
    assert words_of("数字政府") == ["数字", "字政", "政府"]
    assert words_of("حكومت‌هاي ۱۴۰۰") == ["حکومتهای", "1400"]
    assert words_of("") == []


# --- replays -------------------------------------------------------------------------------------


def test_a_replay_shows_priors_first_and_every_record_once(tmp_path: Path) -> None:
    rows = made_set()
    chosen = priors(rows)
    simulate_file(write(tmp_path / "set.csv.gz", rows), tmp_path / "out", **chosen)
    made = shown(tmp_path / "out")
    assert sorted(row["record_id"] for row in made) == sorted(r["record_id"] for r in rows)
    first = [row["record_id"] for row in made if row["prior"] == "1"]
    assert first == [*chosen["included"], *chosen["excluded"]]
    assert [row["prior"] for row in made] == ["1"] * 2 + ["0"] * (len(rows) - 2)


def test_a_replay_finds_a_subject_soon_and_is_the_same_in_any_order_of_rows(
    tmp_path: Path,
) -> None:
    rows = made_set()
    simulate_file(write(tmp_path / "a.csv", rows), tmp_path / "a", **priors(rows))
    told = json.loads((tmp_path / "a" / "metrics.json").read_text("utf-8"))
    assert told["screened_to_100"] <= 3 * 11  # of 118; at random it takes 110 in the mean
    assert (told["n"], told["n_included"], told["n_prior_included"]) == (120, 12, 1)
    write(tmp_path / "b.csv", rows[::-1])
    simulate_file(tmp_path / "b.csv", tmp_path / "b", **priors(rows))
    for name in ("order.csv", "metrics.json"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_persian_words_rank_as_latin_ones(tmp_path: Path) -> None:
    """A language of one word for one word, so that only the script differs."""
    rows = made_set()
    made = [dict(row) for row in rows]
    word_for = dict(zip([*SUBJECT, *OTHER], PERSIAN, strict=True))
    for row in made:
        for field in ("title", "abstract"):
            row[field] = " ".join(word_for[word] for word in row[field].split())
    places = {}
    for name, table in (("latin", rows), ("persian", made)):
        simulate_file(write(tmp_path / f"{name}.csv", table), tmp_path / name, **priors(rows))
        told = json.loads((tmp_path / name / "metrics.json").read_text("utf-8"))
        places[name] = told["ATD"]
    assert places["persian"] == pytest.approx(places["latin"], abs=0.03)
    assert places["persian"] < 0.12


def test_one_relevant_record_alone_leaves_nothing_to_find(tmp_path: Path) -> None:
    rows = made_set(20, 1)
    told = simulate_file(write(tmp_path / "set.csv", rows), tmp_path / "out", **priors(rows))
    assert told == "simulate: 1 relevant of 20, none left to find after the priors"
    assert len(shown(tmp_path / "out")) == 20
    kept = json.loads((tmp_path / "out" / "metrics.json").read_text("utf-8"))
    assert kept["WSS95"] is None
    assert [rule["short"] for rule in kept["stopping"]] == [None, None]


def test_records_without_any_text_are_ranked_too(tmp_path: Path) -> None:
    rows = made_set(30, 5)
    for row in rows[::3]:
        row["title"] = row["abstract"] = ""
    rows[1]["title"] = '=cmd|" /C calc"!A0\n"quoted", \u202e<script>\U0001f600'
    simulate_file(write(tmp_path / "set.csv", rows), tmp_path / "out", **priors(rows))
    assert len({row["record_id"] for row in shown(tmp_path / "out")}) == 30


HEADER = "record_id,title,label_included\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEADER + "a,x,1\nb,y,0\na,z,0\n", ":4: record_id: 'a' stands there twice."),
        (HEADER + "a,x,1\nb,y,maybe\n", ":3: label_included: 'maybe' is no label."),
        (HEADER + "a,x,1\nb,y,\n", ":3: label_included: is empty."),
        ("record_id,title,included\na,x,1\n", ":1: the column 'label_included' is missing."),
        ("record_id,label_included\na,1\n", ":1: no column holds a text."),
        (HEADER, ":1: holds no record."),
    ],
)  # fmt: skip
def test_a_faulty_set_is_told_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "set.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(SlrError) as raised:
        simulate_file(path, tmp_path / "out", included=["a"], excluded=["b"])
    assert f"{path}{said}" in str(raised.value)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("included", "excluded", "said"),
    [
        (["z"], ["b"], "--prior-included: 'z' is no record of the file."),
        (["b"], [], "--prior-included: 'b' has the label 0. Name one with 1."),
        (["a"], ["a"], "--prior-excluded: 'a' has the label 1. Name one with 0."),
        ([], ["b"], "--prior-included: no prior is relevant."),
    ],
)
def test_a_prior_must_be_there_and_labelled_so(
    tmp_path: Path, included: list[str], excluded: list[str], said: str
) -> None:
    path = tmp_path / "set.csv"
    path.write_text(HEADER + "a,x,1\nb,y,0\n", "utf-8")
    with pytest.raises(ConfigError) as raised:
        simulate_file(path, tmp_path / "out", included=included, excluded=excluded)
    assert str(raised.value).startswith(said)


@given(st.data())
def test_any_replay_is_a_permutation(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 12))
    words = st.lists(st.sampled_from(["a", "bb", "دولت", "政府", "-"]), max_size=4).map(" ".join)
    made = features([(data.draw(words), data.draw(words)) for _ in range(size)])
    relevant = np.array([True, *data.draw(st.lists(st.booleans(), min_size=size - 1,
                                                   max_size=size - 1))])  # fmt: skip
    order = replay(made, relevant, [0], seed=data.draw(st.integers(0, 5)))
    assert order[0] == 0
    assert sorted(order.tolist()) == list(range(size))


def test_the_curve_is_drawn_where_it_is_asked_for(tmp_path: Path) -> None:
    rows = made_set(30, 5)
    path = write(tmp_path / "set.csv", rows)
    simulate_file(path, tmp_path / "out", curve=True, **priors(rows))
    drawn = {f"curve.{lang}.{kind}" for lang in ("en", "fa") for kind in ("svg", "pdf", "png")}
    assert {p.name for p in (tmp_path / "out").iterdir()} == {"order.csv", "metrics.json", *drawn}
    said = picture([0, 1, 0, 1, 0], 4).caption
    assert said["en"].startswith("2 relevant records in 5,")
    assert said["en"].endswith("would have stopped at 4, with 2 found.")
    assert "۲ رکورد مرتبط در ۵ رکورد" in said["fa"]


# --- measures ------------------------------------------------------------------------------------


def test_measures_of_an_order_worked_out_by_hand() -> None:
    found = [1, 0, 1, 0, 0, 0, 0, 1, 0, 0]
    made = measures(found)
    assert made["WSS95"] == pytest.approx(1 - 8 / 10 - 0.05)
    assert made["WSS100"] == pytest.approx(0.2)
    assert (made["RRF10"], made["RRF20"]) == (pytest.approx(1 / 3, abs=1e-6),) * 2
    assert made["ATD"] == pytest.approx((1 + 3 + 8) / 30)
    assert (made["screened_to_95"], made["screened_to_100"]) == (8, 8)


@given(st.lists(st.integers(0, 1), min_size=1, max_size=60).filter(any))
def test_loss_is_none_for_the_best_order_and_whole_for_the_worst(found: list[int]) -> None:
    best, worst = sorted(found, reverse=True), sorted(found)
    assert measures(best)["loss"] == 0
    assert measures(worst)["loss"] == (0 if all(found) else 1)
    loss = measures(found)["loss"]
    assert isinstance(loss, float)
    assert 0 <= loss <= 1


# --- a review ------------------------------------------------------------------------------------


def test_works_are_ordered_by_the_query_before_any_answer() -> None:
    rows = made_set(60, 10)
    ids = [row["record_id"] for row in rows]
    texts = [(row["title"], row["abstract"]) for row in rows]
    made = order(ids, texts, {}, query=("Digital government", "Do citizens trust the portal?"))
    assert sorted(made.works) == sorted(ids)
    relevant = {row["record_id"] for row in rows if row["label_included"] == "1"}
    places = [place for place, name in enumerate(made.works, start=1) if name in relevant]
    assert sum(places) / len(places) < 15  # of 60; 5.5 at best, 30.5 by chance
    assert set(made.why[0].split(", ")) & set(SUBJECT)


def test_answers_outweigh_the_query_and_do_not_wait_again() -> None:
    rows = made_set(60, 10)
    ids = [row["record_id"] for row in rows]
    texts = [(row["title"], row["abstract"]) for row in rows]
    of_other = [row["record_id"] for row in rows if row["label_included"] == "0"]
    said = dict.fromkeys(of_other[:12], True)
    made = order(ids, texts, said, query=("Digital government", ""))
    assert set(made.works) == set(ids) - set(said)
    assert set(made.works[:10]) <= set(of_other)


@pytest.mark.parametrize("query", [("tax", ""), ("", "")])
def test_irrelevant_answers_alone_are_enough(query: tuple[str, str]) -> None:
    ids = ["a", "b", "c"]
    texts = [("migraine dose", ""), ("migraine trial", ""), ("tax portal", "")]
    assert order(ids, texts, {"a": False}, query=query).works == ["c", "b"]


def test_without_answers_or_query_works_stand_in_order_of_their_ids() -> None:
    assert order(["b", "a"], [("x", ""), ("y", "")], {}).works == ["a", "b"]


def test_features_are_kept_and_made_anew_where_damaged(tmp_path: Path) -> None:
    rows = made_set(30, 5)
    ids = [row["record_id"] for row in rows]
    texts = [(row["title"], row["abstract"]) for row in rows]
    said = {ids[0]: True, ids[1]: False}
    first = order(ids, texts, said, kept=tmp_path / "kept")
    [path] = (tmp_path / "kept").iterdir()
    assert order(ids, texts, said, kept=tmp_path / "kept") == first
    path.write_bytes(path.read_bytes()[:100])
    assert order(ids, texts, said, kept=tmp_path / "kept") == first
    assert order(ids, texts, said) == first


def said_of(*rows: tuple[str, str, str, str, str]) -> pd.DataFrame:
    """Votes of work, stage, kind, reviewer and verdict, one a second, on works."""
    names = ["work_id", "stage", "kind", "reviewer", "verdict"]
    votes = pd.DataFrame(rows, columns=names).assign(criterion="", reason="", note="")
    return votes.assign(time=[f"2026-01-01T00:00:{n:02}Z" for n in range(len(votes))])


def test_votes_give_one_answer_a_work_in_order_of_the_first_of_each() -> None:
    found = answers(
        said_of(
            ("b", "title_abstract", "vote", "ana", "include"),
            ("a", "title_abstract", "vote", "ana", "include"),
            ("b", "title_abstract", "vote", "ana", "exclude"),  # in the place of the first
            ("e", "title_abstract", "vote", "ana", "include"),
            ("e", "title_abstract", "vote", "bo", "exclude"),  # even: may be relevant
            ("c", "title_abstract", "vote", "ana", "unsure"),
            ("d", "title_abstract", "vote", "bo", "exclude"),
            ("a", "full_text", "vote", "bo", "exclude"),  # looks closer
            ("d", "title_abstract", "practice", "di", "include"),
        )
    )
    assert list(found.items()) == [("b", False), ("a", False), ("e", True), ("d", False)]


def test_the_last_settlement_is_the_answer_as_it_is_for_the_screen() -> None:
    votes = said_of(
        ("a", "title_abstract", "vote", "ana", "include"),
        ("a", "title_abstract", "vote", "bo", "include"),
        ("a", "title_abstract", "settlement", "cy", "include"),
        ("a", "title_abstract", "settlement", "di", "exclude"),
    )
    assert answers(votes) == {"a": False}
    voting = {"stages": {"title_abstract": {"needed": 2}}, "conflicts": "consensus"}
    [ballot] = tally.ballots(votes).values()
    assert tally.result(ballot, voting, "title_abstract").verdict == "exclude"


def test_votes_are_counted_at_the_stage_at_which_a_work_waits() -> None:
    votes = said_of(
        ("a", "title_abstract", "vote", "ana", "include"),
        ("a", "title_abstract", "vote", "bo", "include"),
        ("a", "full_text", "vote", "bo", "include"),
        ("b", "title_abstract", "vote", "bo", "include"),
        ("c", "title_abstract", "vote", "bo", "include"),
    )
    ends_at = {"a": "full_text", "b": "full_text", "c": "identified"}
    assert voters(votes, ends_at) == {"a": 1, "c": 1}


# --- the commands, in the finished review --------------------------------------------------------


@pytest.fixture
def finished(review: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the finished review in which half of the works wait, as the current folder."""
    folder = Path(shutil.copytree(review, tmp_path / "review", symlinks=True))
    path = folder / "data/processed/screen/outcomes.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows[::2]:
        row |= {"status": "awaiting", "criterion": ""}
    path.unlink()
    write(path, rows)
    edit(
        folder / "config.yaml",
        "\n  multiverse:  ",
        "\n  votes: {stages: {title_abstract: {needed: 1}}, conflicts: consensus}\n  multiverse:  ",
    )
    monkeypatch.chdir(folder)
    return folder


def vote(folder: Path, *rows: tuple[str, str, str, str]) -> None:
    """Votes of work, reviewer, verdict and time, at the first stage."""
    head = columns("raw/votes")
    made = [
        dict.fromkeys(head, "")
        | {"record_id": work, "stage": "title_abstract", "kind": "vote", "reviewer": who,
           "verdict": said, "time": f"2026-01-01T00:00:{second}Z"}
        for work, who, said, second in rows
    ]  # fmt: skip
    write(folder / "data/raw/judgements/votes.csv", made)


def test_what_waits_is_ranked_and_nothing_else(finished: Path) -> None:
    made, _, told = review_rank.rank(finished)
    assert told == ""
    outcomes = io.read_table(finished / "data/processed/screen/outcomes.csv", "screen/outcomes")
    waits = outcomes.loc[outcomes["status"] == "awaiting", "work_id"]
    assert sorted(made["work_id"]) == sorted(waits)
    assert made["rank"].to_list() == list(range(1, len(waits) + 1))
    assert made["score"].is_monotonic_decreasing
    assert io.read_table(finished / RANKED / "ranking.csv", "rank/ranking").shape == made.shape
    again = (finished / RANKED / "ranking.csv").read_bytes()
    review_rank.rank(finished)
    assert (finished / RANKED / "ranking.csv").read_bytes() == again


def test_a_vote_moves_what_is_like_it_up(finished: Path) -> None:
    before = review_rank.rank(finished)[0].set_index("work_id")["rank"]
    liked = before.index[-1]
    vote(finished, (liked, "ana", "exclude", "01"), (liked, "ana", "include", "02"))
    after, first, _ = review_rank.rank(finished)
    after = after.set_index("work_id")
    assert after["rank"][liked] < before[liked]
    assert after["votes"][liked] == 1  # a later vote takes the place of an earlier one
    assert liked not in first["work_id"].to_list()


def test_recall_is_told_with_what_it_assumes(finished: Path) -> None:
    with pytest.raises(SlrError, match="nobody has voted yet"):
        review_rank.reached(finished)
    waits = review_rank.rank(finished)[0]["work_id"].to_list()
    said = ["include", "exclude", "include", *["exclude"] * (len(waits) - 4)]
    vote(
        finished,
        *((w, "ana", s, f"{n:02}") for n, (w, s) in enumerate(zip(waits[:-1], said, strict=True))),
    )
    told = review_rank.reached(finished)
    assert (told["works"], told["judged"], told["relevant"]) == (len(waits), len(waits) - 1, 2)
    # one work is left: a draw of all but one of the rest misses it with probability 1 in that rest
    assert told["may_stop"] is (1 / (len(waits) - 3) < 0.05)
    assert "draw by chance" in review_rank.reached_in_words(told)


def test_the_commands_print_the_same_as_json(
    finished: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cli.app(["rank", "--json"], standalone_mode=False)
    ranked = json.loads(capsys.readouterr().out)
    assert [row["rank"] for row in ranked] == list(range(1, len(ranked) + 1))
    vote(finished, (ranked[0]["work_id"], "ana", "include", "01"))
    cli.app(["rank", "--stopping", "--json"], standalone_mode=False)
    told = json.loads(capsys.readouterr().out)
    assert (told["judged"], told["relevant"], told["works"]) == (1, 1, len(ranked))
    assert 0 < told["recall_at_least"] < 0.1  # of one found among all that wait, much may be left
    cli.app(["screen", "--silence", "--json"], standalone_mode=False)
    assert len(json.loads(capsys.readouterr().out)) == 10
    with pytest.raises(typer.BadParameter, match="choose one"):
        cli.app(["screen", "--silence", "--explain", "x"], standalone_mode=False)


def test_a_vote_at_fault_is_told_and_counts_for_nothing(finished: Path) -> None:
    """As in the screen: one bad row does not keep the others from being read."""
    liked = review_rank.rank(finished)[0]["work_id"].iloc[-1]
    vote(finished, ("paper/Nobody", "ana", "include", "01"), (liked, "bo", "include", "02"))
    made, _, told = review_rank.rank(finished)
    assert told == "1 vote counts for nothing until mended, see bad_votes.csv"
    assert made.set_index("work_id")["votes"].sum() == 1


def test_works_are_told_though_all_have_votes(finished: Path) -> None:
    """Those with the fewest come first: every work may lack a vote of two."""
    waits = review_rank.rank(finished)[0]["work_id"].to_list()
    vote(finished, *((name, "ana", "include", "01") for name in waits))
    (finished / "data/raw/judgements/votes").mkdir()
    write(
        finished / "data/raw/judgements/votes/bo.csv",
        [row | {"reviewer": "bo"} for row in shown_votes(finished)[:-1]],
    )
    first = review_rank.rank(finished)[1]
    assert first["work_id"].iloc[0] == waits[-1]
    assert (len(first), first["votes"].to_list()[:2]) == (20, [1, 2])


def shown_votes(folder: Path) -> list[dict[str, str]]:
    with (folder / "data/raw/judgements/votes.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_votes_that_nobody_reads_are_told(finished: Path) -> None:
    config = finished / "config.yaml"
    edit(config, "  votes: {stages: {title_abstract: {needed: 1}}, conflicts: consensus}\n", "")
    vote(finished, ("paper/Kim2009", "ana", "include", "01"))
    assert review_rank.rank(finished)[2].startswith("votes are not read, as `screen.votes`")
    with pytest.raises(SlrError, match=r"votes are not read.*docs/voting\.md"):
        review_rank.reached(finished)


def test_silence_finds_an_included_work_that_was_thrown_out(finished: Path) -> None:
    """A copy of an included work among the excluded is the likest of them."""
    folder = finished / "data/processed"
    works = io.read_table(folder / "dedup/works.csv", "dedup/works")
    outcomes = io.read_table(folder / "screen/outcomes.csv", "screen/outcomes")
    status = outcomes.set_index("work_id")["status"]
    included, excluded = (status.index[status == s][0] for s in ("included", "excluded"))
    for field in ("title", "abstract"):
        value = works.loc[works["work_id"] == included, field].iloc[0]
        works.loc[works["work_id"] == excluded, field] = value
    io.write_table(folder / "dedup/works.csv", works, "dedup/works")
    made = silence(finished, count=3)
    assert made["work_id"].iloc[0] == excluded
    assert made["nearest"].iloc[0] == included
    assert made["why"].iloc[0]
    assert made["reason"].notna().all()
    assert set(made["work_id"]) <= set(status.index[status == "excluded"])
