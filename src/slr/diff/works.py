"""Which work of one state of a review is which work of another, told by their records.

The id of a work is that of one of its records, and another record may come to give it. So works
are followed by what they consist of, and the id only decides where several would do.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

_SIDES = ("before", "now")


@dataclass(frozen=True)
class Followed:
    """The records of two states with the work of each, and which works are one.

    `records` has `record_id`, `before` and `now`, the works, missing where the record is not
    there. `pairs` has the works `before` and `now` that share records, and whether they are `one`
    work: each work is one with another at most.
    """

    records: pd.DataFrame
    pairs: pd.DataFrame

    def now_of(self, ids: pd.Series) -> pd.Series:
        """Return the works that some works of before are now; missing for those that are none.

        An id that no record of before had is kept: it is no work, or a stage has not caught up.
        """
        one = self.pairs[self.pairs["one"]]
        known = ids.isin(self.records["before"])
        return ids.map(one.set_index("before")["now"]).astype("str").where(known, ids)

    def renamed(self) -> dict[str, str]:
        """Return the works that have another id now, by the id that they had."""
        one = self.pairs[self.pairs["one"] & (self.pairs["before"] != self.pairs["now"])]
        return dict(zip(one["before"], one["now"], strict=True))

    def others(self, side: str) -> pd.Series:
        """Return, by the works of a side that are no work of the other, those they went into."""
        other = _SIDES[side == "before"]
        lone = self.pairs[~self.pairs[side].isin(self.pairs.loc[self.pairs["one"], side])]
        return _listed(lone, side, other)


def follow(before: pd.DataFrame, now: pd.DataFrame) -> Followed:
    """Follow works from one state to another by their records.

    Parameters
    ----------
    before, now
        Table `dedup/clusters` of each state.

    Notes
    -----
    Two works are one where each shares more with the other than with any third: first the id,
    which is a record of both, then the number of records, then the order of the ids. The rule
    is the same in both directions.
    """
    records = before.merge(now, on="record_id", how="outer", suffixes=("_before", "_now"))
    records.columns = pd.Index(["record_id", *_SIDES])
    pairs = records.dropna().groupby([*_SIDES], as_index=False).size()
    first, last = pairs["before"], pairs["now"]
    ranked = pairs.assign(
        same=first == last,
        low=first.where(first < last, last),
        high=first.where(first > last, last),
    ).sort_values(["same", "size", "low", "high"], ascending=[False, False, True, True])
    best = ~ranked.duplicated("before") & ~ranked.duplicated("now")
    return Followed(records, pairs[[*_SIDES]].assign(one=best.reindex(pairs.index)))


def changes(followed: Followed) -> pd.DataFrame:
    """Tell which works are new, gone, merged, split or renamed, and gained or lost records.

    Returns
    -------
    DataFrame
        `change`: new, gone, merged, split, renamed, joined (by new records) or left (by records
        that are gone); `before`, `now`: the works, apart by spaces; `record_ids`: the records of
        the work that is new, gone, merged or split, or those that joined or left. Sorted.
    """
    records, pairs = followed.records, followed.pairs
    fresh, lost = records[records["before"].isna()], records[records["now"].isna()]
    several = {s: pairs[pairs.duplicated(s, keep=False)] for s in _SIDES}
    renamed = pairs[pairs["one"] & (pairs["before"] != pairs["now"])]
    one = pairs[pairs["one"]]
    parts = {
        "new": _of(fresh[~fresh["now"].isin(pairs["now"])], "now"),
        "gone": _of(lost[~lost["before"].isin(pairs["before"])], "before"),
        "merged": _of(records[records["now"].isin(several["now"]["now"])], "now").assign(
            before=lambda rows: rows["now"].map(_listed(several["now"], "now", "before"))
        ),
        "split": _of(records[records["before"].isin(several["before"]["before"])], "before").assign(
            now=lambda rows: rows["before"].map(_listed(several["before"], "before", "now"))
        ),
        "renamed": renamed[[*_SIDES]],
        "joined": _of(fresh[fresh["now"].isin(pairs["now"])], "now").assign(
            before=lambda rows: rows["now"].map(one.set_index("now")["before"])
        ),
        "left": _of(lost[lost["before"].isin(pairs["before"])], "before").assign(
            now=lambda rows: rows["before"].map(one.set_index("before")["now"])
        ),
    }
    told = pd.concat([rows.assign(change=change) for change, rows in parts.items()])
    return told.reindex(columns=["change", *_SIDES, "record_ids"]).reset_index(drop=True)


def _of(records: pd.DataFrame, side: str) -> pd.DataFrame:
    """Return the works of some records, each with its records."""
    return _listed(records, side, "record_id").rename("record_ids").reset_index()


def _listed(rows: pd.DataFrame, by: str, what: str) -> pd.Series:
    """Join, for each value of a column, the sorted values of another."""
    return rows.sort_values([by, what]).groupby(by)[what].agg(" ".join)
