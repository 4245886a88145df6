"""Conditions of the screen, made at random."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy


def nested(leaf: SearchStrategy[dict[str, Any]], most: int) -> SearchStrategy[dict[str, Any]]:
    """Draw a test of one field, or up to `most` of them under `not`, `any` and `all`."""
    return st.recursive(
        leaf,
        lambda inner: (
            st.builds(lambda c: {"not": c}, inner)
            | st.builds(lambda c: {"any": c}, st.lists(inner, min_size=1, max_size=3))
            | st.builds(lambda c: {"all": c}, st.lists(inner, min_size=1, max_size=3))
        ),
        max_leaves=most,
    )
