"""The indexes that can be asked: each a module that says how, and reads what it answers."""

from slr.pull.indexes import crossref, openalex, scopus, semanticscholar

INDEXES = {
    "openalex": openalex,
    "crossref": crossref,
    "semanticscholar": semanticscholar,
    "scopus": scopus,
}
"""Every index by the name that the config takes; it is the source of the records it gives."""
