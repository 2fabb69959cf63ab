"""What rows of one file show about each other: one NIK twice, crowded family cards, look-alikes."""

from collections.abc import Hashable, Iterator
from typing import Generic, TypeVar

from services.enrollment.rules.applicants.findings import Finding, finding
from services.enrollment.rules.applicants.spelling import names_alike

KK_MEMBERS_MAX = 5
"""More members on one family card are for a person to look at (domain 4.2). Unverified number."""
FAMILY_NAMES_MAX = 20
"""Names remembered of one birth date and mother: more siblings of one day there are not."""

Key = TypeVar("Key", bound=Hashable)


class InFile(Generic[Key]):
    """Meets the rows of a file in their order and remembers them.

    What stands for a NIK, a family card and a family (see `family_key`) may be the value itself or
    a hash of it. Remembered are those three and the name: about 310 bytes a row, with 16 bytes a
    hash.
    """

    def __init__(self, *, kk_members_max: int = KK_MEMBERS_MAX) -> None:
        self._kk_members_max = kk_members_max
        self._niks: set[Key] = set()
        self._kk_members: dict[Key, int] = {}
        self._names: dict[Key, str | list[str]] = {}
        """Of a family: its one name, as nearly all have, or several."""

    def meet(self, *, nik: Key, kk: Key, family: Key, name: str) -> tuple[Finding, ...]:
        """What the rows met before say about this one, which passed by itself.

        A row whose NIK was met is refused, and not remembered as another person.
        """
        if nik in self._niks:
            return (finding("nik-twice-in-file"),)
        self._niks.add(nik)
        return (*self._crowd(kk), *self._look_alike(family, name))

    def _crowd(self, kk: Key) -> Iterator[Finding]:
        members = self._kk_members[kk] = self._kk_members.get(kk, 0) + 1
        if members > self._kk_members_max:
            yield finding("kk-crowded")

    def _look_alike(self, family: Key, name: str) -> Iterator[Finding]:
        met = self._names.get(family)
        if met is None:
            self._names[family] = name
            return
        names = [met] if isinstance(met, str) else met
        if any(names_alike(name, other) for other in names):
            yield finding("possible-duplicate")
        if len(names) < FAMILY_NAMES_MAX:
            self._names[family] = [*names, name]
