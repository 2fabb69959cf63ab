"""Invented workers with identity numbers of the right shape.

The numbers are plainly synthetic: the serial of every NIK and KK lies from 9000 to 9999, which a
registry that counts from 0001 each day does not reach, and phones begin with 080000, which no
subscriber has. Names, addresses and trades are drawn apart from each other.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final, NamedTuple

from tameng.demo import names, places
from tameng.demo.names import Family

AGE_MIN: Final = 17
AGE_MAX: Final = 64
_SERIALS: Final = range(9000, 10_000)
_WOMAN_DAY: Final = 40
"""A woman's NIK carries the day of birth plus 40 (PP 40/2019 art. 31)."""
_DRAWS_MAX: Final = 10_000
_FAMILY_CARDS_SINCE: Final = date(2010, 1, 1)
_PHONE_SHARE: Final = 0.75
_SAME_FAMILY_SHARE: Final = 0.7
_HOUSEHOLD_SIZES: Final = (1, 1, 1, 2, 2, 3)


class Papers(NamedTuple):
    """Which copies lie in the file: of the KTP, of the KK."""

    ktp: bool
    kk: bool


@dataclass(frozen=True, slots=True)
class Worker:
    """One line of a roster."""

    nik: str
    name: str
    birth_place: str
    born_on: date
    sex: str
    """L (man) or P (woman)."""
    mother_name: str
    kk_no: str
    address: str
    village_code: str
    occupation: str
    phone: str
    """Empty for who has none."""
    papers: Papers


@dataclass(frozen=True, slots=True)
class Household:
    """What the members of one family card share."""

    family: Family
    kk_no: str
    address: str
    village_code: str


class Census:
    """Draws people, and never the same NIK or KK number twice."""

    def __init__(self, *, chance: Random, on: date, area: str = places.CITY) -> None:
        """All ages are ages on this date; people live in the area, a kabupaten or kota."""
        self.chance = chance
        self.on = on
        self.area = area
        self._taken: set[str] = set()

    def village(self, village_code: str, papers: list[Papers]) -> list[Worker]:
        """One worker for each element of `papers`, household by household."""
        workers: list[Worker] = []
        while len(workers) < len(papers):
            household = self._household(village_code)
            members = papers[len(workers) :][: self.chance.choice(_HOUSEHOLD_SIZES)]
            workers += [self._member(household, copies, self._birth_date()) for copies in members]
        return workers

    def worker(self, village_code: str, *, born_on: date | None = None) -> Worker:
        """Somebody who lives alone, has both papers and was born on a given day, or any."""
        household = self._household(village_code)
        return self._member(household, Papers(ktp=True, kk=True), born_on or self._birth_date())

    def _household(self, village_code: str) -> Household:
        days = (self.on - _FAMILY_CARDS_SINCE).days
        recorded_on = _FAMILY_CARDS_SINCE + timedelta(days=self.chance.randrange(days))
        return Household(
            family=names.family(self.chance),
            kk_no=self._number(_region(village_code) + f"{recorded_on:%d%m%y}"),
            address=places.address(self.chance),
            village_code=village_code,
        )

    def _member(self, household: Household, papers: Papers, born_on: date) -> Worker:
        chance = self.chance
        sex = chance.choice("LP")
        family = household.family
        if chance.random() > _SAME_FAMILY_SHARE:
            family = names.family(chance)
        registered = places.registration(chance, home=self.area)
        day = born_on.day + (_WOMAN_DAY if sex == "P" else 0)
        has_phone = chance.random() < _PHONE_SHARE
        return Worker(
            nik=self._number(f"{_region(registered.kecamatan_code)}{day:02d}{born_on:%m%y}"),
            name=names.full_name(family, sex=sex, chance=chance),
            birth_place=registered.town,
            born_on=born_on,
            sex=sex,
            mother_name=names.full_name(names.family(chance), sex="P", chance=chance),
            kk_no=household.kk_no,
            address=household.address,
            village_code=household.village_code,
            occupation=names.occupation(sex=sex, chance=chance),
            phone=f"080000{chance.randrange(1_000_000):06d}" if has_phone else "",
            papers=papers,
        )

    def _birth_date(self) -> date:
        first = years_before(self.on, AGE_MAX + 1) + timedelta(days=1)
        days = (years_before(self.on, AGE_MIN) - first).days
        return first + timedelta(days=self.chance.randint(0, days))

    def _number(self, beginning: str) -> str:
        """A number of 16 digits that was not drawn before; RuntimeError when there is none left."""
        for _ in range(_DRAWS_MAX):
            number = f"{beginning}{self.chance.choice(_SERIALS)}"
            if number not in self._taken:
                self._taken.add(number)
                return number
        raise RuntimeError(f"no free number begins with {beginning}")


def years_before(on: date, years: int) -> date:
    """The same day years ago; 28 February for a 29th that did not exist."""
    try:
        return on.replace(year=on.year - years)
    except ValueError:
        return on.replace(year=on.year - years, day=28)


def _region(code: str) -> str:
    """The six digits of the kecamatan of a dotted code."""
    return code[:8].replace(".", "")
