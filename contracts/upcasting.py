"""Events of two major versions at a time, and of an older one, read as the present one.

While somebody reads the old version only, both are recorded of each fact, one beside the other. The
new one says so in a field, so that who knows the old one alone passes over it and loses nothing:

    beside: Literal["banking.account-opened.v1"] | None = "banking.account-opened.v1"

A log and an archive keep every version that was ever recorded. When an event gets a new major
version and nobody records the old one any more, its class goes, and a step stays here that makes
the new body of the old one:

    @UPCASTS.step("banking.account-opened.v1", "banking.account-opened.v2")
    def _with_a_product(body: Body) -> Body:
        return {**body, "product": "tabungan"}

Steps follow on each other (v1, v2, v3). They are pure, and what they fill in is what was true when
the old version was recorded.
"""

from collections.abc import Callable, Container, Mapping
from typing import Any

from pydantic_core import from_json, to_json

from contracts.event import Event

BESIDE = "beside"
"""The field of an event that names the older version which is recorded of the same fact."""
Body = dict[str, Any]
Step = Callable[[Body], Body]


class Upcasts:
    """The steps from each old version to the next."""

    def __init__(self) -> None:
        self._steps: dict[str, tuple[str, Step]] = {}

    def step(self, old: str, new: str) -> Callable[[Step], Step]:
        """Register the function that makes a body of type `new` of one of type `old`."""
        if old in self._steps or _version(new) != _version(old) + 1 or _fact(old) != _fact(new):
            raise ValueError(f"{old}: its one step leads to the next version, not to {new}")

        def register(step: Step) -> Step:
            self._steps[old] = (new, step)
            return step

        return register

    def upcast(self, name: str, body: bytes) -> tuple[str, bytes]:
        """The newest type and body that the steps lead to; both as given when there are none."""
        if name not in self._steps:
            return name, body
        content = from_json(body)
        while name in self._steps:
            name, step = self._steps[name]
            content = step(content)
        return name, to_json(content)

    def read(self, name: str, body: bytes, known: Mapping[str, type[Event]]) -> Event | None:
        """The event in a record: of its own class when that is known, else of the one that the
        steps lead to; None when that is not known either. Raises: pydantic.ValidationError.
        """
        event_type = known.get(name)
        if event_type is None:
            name, body = self.upcast(name, body)
            event_type = known.get(name)
        return None if event_type is None else event_type.read(body)


def is_beside(body: bytes, known: Container[str]) -> bool:
    """Whether the fact in this body was recorded as a version that is known here, too."""
    try:
        content = from_json(body)
    except ValueError:
        return False
    other = content.get(BESIDE) if isinstance(content, dict) else None
    return isinstance(other, str) and other in known


UPCASTS = Upcasts()
"""Those of the product: there is no old version yet."""


def _fact(name: str) -> str:
    return name.rpartition(".v")[0]


def _version(name: str) -> int:
    return int(name.rpartition(".v")[2])
