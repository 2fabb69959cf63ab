"""Who a row of a roster names."""

from datetime import date
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

Sex = Literal["L", "P"]
"""L, laki-laki: a man. P, perempuan: a woman."""


class Person(BaseModel):
    """Who a worker is: the block that is sealed."""

    model_config = ConfigDict(frozen=True)

    nik: str
    name: str
    birth_place: str
    born_on: date
    sex: Sex
    mother: str
    kk: str
    address: str
    occupation: str
    phone: str


class Applicant(NamedTuple):
    """A row that can become a member."""

    person: Person
    village_code: str
    has_ktp: bool
    has_kk: bool
