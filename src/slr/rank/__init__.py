"""Rank what waits by what was judged so far, replay a labelled set, and tell when to stop."""

import os

# Before NumPy is imported: matrices here are small, threads cost more than they bring, and the
# order of a sum, and so its last digit, would depend on their number.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
