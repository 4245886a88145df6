"""What of a record is read to rank it."""

from __future__ import annotations


def text_of(*parts: str) -> str:
    """Return title, abstract and keywords as one text; what is missing is left out."""
    return " ".join(part for part in parts if part)
