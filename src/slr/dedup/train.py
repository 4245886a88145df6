"""Make `model.json` from labelled sets: ``python -m slr.dedup.train FOLDER [--leave-out NAME]``.

FOLDER holds tables like those that `slr dedup` reads, with the true `cluster_id` of every record.
The sets are no part of the project.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from slr import io
from slr.dedup import block, decide, rules, score
from slr.dedup.prepare import READ, Columns, prepare
from slr.dedup.score import Scores

STRENGTH = 0.5
"""Inverse of the regularisation (L2): small sets must not speak loudly."""
PLACE = ("volume", "number", "first_page", "last_page")
ALL = (*PLACE, "doi", "abstract")
MASKS = ((), ("doi", "abstract"), PLACE, ALL, (*ALL, "venue"), ("year_gap",), (*ALL, "year_gap"))
"""Fields that are taken from the pairs, in copies of them: what one set has, another may lack."""
SAME_AT, ASK_AT = 0.9, 0.7


def main(arguments: list[str]) -> None:
    """Train on every set of a folder but those left out, and print the model as JSON."""
    folder = Path(arguments[0])
    left_out = arguments[arguments.index("--leave-out") + 1 :] if "--leave-out" in arguments else []
    sets = [path for path in sorted(folder.glob("*.csv*")) if _name(path) not in left_out]
    labelled = [path for path in sets if "cluster_id" in _header(path)]
    out = Path(arguments[1])
    io.write_json(out, train([examples(read(path)) for path in labelled]))


def read(path: Path) -> dict[str, list[str]]:
    """Return a labelled table by column, sorted by `record_id`."""
    frame = io.read_columns(path, ["record_id", "cluster_id", *READ], ["record_id"])
    frame = frame.sort_values("record_id")
    return {name: frame[name].fillna("").to_list() for name in frame.columns}


def examples(columns: Columns) -> tuple[Any, Any]:
    """Return evidence and label of the blocked pairs on which no hard rule decides."""
    p = prepare(columns)
    scores = score.score(p, block.block(p))
    said = rules.rules(p, scores)
    open_ = ~said.forbidden & (said.asked == 0)
    scores = scores.take(open_)
    clusters = np.array(columns["cluster_id"], object)
    same = (clusters[scores.pairs.a] == clusters[scores.pairs.b]).astype(bool)
    masked = [decide.terms(p, without(scores, *names)) for names in MASKS]
    return np.concatenate(masked), np.tile(same, len(MASKS))


def without(scores: Scores, *names: str) -> Scores:
    """Return scores as if some fields were in no record."""
    nothing = np.full(len(scores), np.nan)
    return replace(scores, values=scores.values | dict.fromkeys(names, nothing))


def train(sets: list[tuple[Any, Any]]) -> dict[str, Any]:
    """Return the model: logistic regression on the evidence, every set of one weight.

    Evidence for must not count against: a term that would is dropped, and the rest trained anew.
    """
    from sklearn.linear_model import LogisticRegression

    matrix = np.concatenate([m for m, _ in sets])
    same = np.concatenate([y for _, y in sets])
    weight = np.concatenate([np.full(len(y), 1000 / max(len(y), 200)) for _, y in sets])
    used = list(range(matrix.shape[1]))
    while True:
        model = LogisticRegression(C=STRENGTH, max_iter=2000)
        model.fit(matrix[:, used], same, sample_weight=weight)
        kept = [u for u, c in zip(used, model.coef_[0], strict=True) if c > 0]
        if kept == used:
            break
        used = kept
    weights = {
        decide.TERMS[u]: round(float(c), 3) for u, c in zip(used, model.coef_[0], strict=True)
    }
    return {
        "intercept": round(float(model.intercept_[0]), 3),
        "weights": weights,
        "same_at": SAME_AT,
        "ask_at": ASK_AT,
    }


def _name(path: Path) -> str:
    return path.name.split(".")[0]


def _header(path: Path) -> list[str]:
    return io.read_text(path).split("\n", 1)[0].split(",")


if __name__ == "__main__":
    main(sys.argv[1:])
