"""What an index is asked: one request, told apart from all others by its content."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Request:
    """One request to an index, without its address and key.

    Parameters
    ----------
    path
        What follows the address of the index.
    params
        What follows the question mark.
    ids
        What is posted, as `{"ids": [...]}`; nothing if empty.
    """

    path: str
    params: dict[str, str] = field(hash=False)
    ids: tuple[str, ...] = ()

    def turned(self, **params: str) -> Request:
        """Return the same request with other parameters: another page."""
        return replace(self, params=self.params | params)

    def as_dict(self) -> dict[str, object]:
        """Return the request as plain values, in one order."""
        posted = {"ids": list(self.ids)} if self.ids else {}
        return {"path": self.path, "params": dict(sorted(self.params.items())), **posted}

    @property
    def digest(self) -> str:
        """What tells it apart: sixteen signs of the hash of its content."""
        said = json.dumps(self.as_dict(), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(said.encode("utf-8")).hexdigest()[:16]
