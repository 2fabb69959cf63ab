"""Addresses of the pages. The reason that was given goes along, so that it is asked for once."""

from typing import NamedTuple
from urllib.parse import urlencode

ROOT = "/pages"


class Links(NamedTuple):
    """Leads from one page to others."""

    reason: str = ""

    def to(self, place: str = "", /, **asked: object) -> str:
        """A page under the root, with what is asked of it; what is None or empty is left out."""
        given = {name: str(value) for name, value in asked.items() if value not in (None, "")}
        if self.reason:
            given["reason"] = self.reason
        query = f"?{urlencode(given)}" if given else ""
        return f"{ROOT}{place}{query}"

    def event(self, event_id: object) -> str:
        """The page of an event, by its id."""
        return self.to(f"/events/{event_id}")

    def place(self, topic: str, shard: int, seq: int) -> str:
        """The page of an event, by its place in the record."""
        return self.to(f"/events/{topic}/{shard}/{seq}")

    def subject(self, subject: object) -> str:
        """The timeline of a person, claim, account, programme or officer."""
        return self.to("/timeline", subject=subject)
