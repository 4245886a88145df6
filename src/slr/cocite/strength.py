"""How strongly two nodes belong together, beside how often they meet.

`count` is how often both meet (c in the sources), `one` and `other` how often each occurs (s).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from slr.cocite.lists import Lists

Floats = npt.NDArray[np.float64]


def association(count: Floats, one: Floats, other: Floats) -> Floats:
    """Return the association strength, c / (s t): meetings against those of independent nodes.

    Also known as proximity index and probabilistic affinity. The one that corrects for size in
    the way of probability: van Eck & Waltman 2009, doi 10.1002/asi.21075, equation 6.
    """
    return count / (one * other)


def cosine(count: Floats, one: Floats, other: Floats) -> Floats:
    """Return Salton's cosine, c / sqrt(s t).

    Salton & McGill 1983, Introduction to Modern Information Retrieval; van Eck & Waltman 2009,
    equation 7.
    """
    return count / np.sqrt(one * other)


def inclusion(count: Floats, one: Floats, other: Floats) -> Floats:
    """Return the inclusion index, c / min(s, t), also Simpson's coefficient.

    van Eck & Waltman 2009, equation 8.
    """
    return count / np.minimum(one, other)


def jaccard(count: Floats, one: Floats, other: Floats) -> Floats:
    """Return Jaccard's index, c / (s + t - c): the share of the lists of either that hold both.

    Jaccard 1901, doi 10.5169/seals-266450; van Eck & Waltman 2009, equation 9.
    """
    return count / (one + other - count)


NORMALISED = {
    "association": association,
    "cosine": cosine,
    "inclusion": inclusion,
    "jaccard": jaccard,
}
"""The normalisings by the words that the config has for them."""


def fractional(lists: Lists) -> Floats:
    """Return what each list adds to each of its pairs, so that every member gets 1 of it.

    A list of n gives 1 / (n - 1): Perianes-Rodriguez, Waltman & van Eck 2016, doi
    10.1016/j.joi.2016.10.006. A list of one has no pairs.
    """
    sizes = lists.sizes()
    return 1 / np.maximum(sizes - 1, 1)
