"""Systematic literature reviews that anyone can rerun."""

__version__ = "0.1.0"
