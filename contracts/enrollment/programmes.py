"""Events of programmes: what a funder promises, and for whom."""

from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from contracts.event import Event
from contracts.types import (
    Heads,
    Line,
    Month,
    Officer,
    ProgrammeId,
    RegencyCode,
    RegionCode,
    Rupiah,
)

Payer = Literal["apbd", "apbn", "village", "self"]
"""Whose money pays a month: a province or regency, the state, a village, the member."""


class Quota(BaseModel):
    """How many members a kabupaten or kota may have."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    region_code: RegencyCode
    heads: Heads


class Tariff(BaseModel):
    """What a month of cover costs: work accident (JKK) and death (JKM)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    jkk: Rupiah
    jkm: Rupiah

    @property
    def month(self) -> int:
        """The contribution for one member and one month, in rupiah."""
        return self.jkk + self.jkm


class ProgrammeOpened(Event):
    """A province pays the cover of so many workers for so many months."""

    type: ClassVar[str] = "enrollment.programme-opened.v1"
    key_field: ClassVar[str] = "programme_id"
    readers: ClassVar[tuple[str, ...]] = ("banking",)

    programme_id: ProgrammeId
    name: Line
    province_code: RegionCode
    funder: Line
    legal_basis: Line
    first_month: Month
    last_month: Month
    ceiling: Rupiah
    tariff: Tariff
    quotas: tuple[Quota, ...]
    opened_by: Officer
    payer: Payer = "apbd"
    renews: ProgrammeId | None = None
    """The programme whose members this one carries on for another period."""


class ProgrammeAmended(Event):
    """What a programme promises was changed; what is not named stays as it is."""

    type: ClassVar[str] = "enrollment.programme-amended.v1"
    key_field: ClassVar[str] = "programme_id"

    programme_id: ProgrammeId
    quotas: tuple[Quota, ...]
    amended_by: Officer
    ceiling: Rupiah | None = None
    legal_basis: Line | None = None


class ProgrammeClosed(Event):
    """A programme takes no new members; the months promised are still billed and paid."""

    type: ClassVar[str] = "enrollment.programme-closed.v1"
    key_field: ClassVar[str] = "programme_id"

    programme_id: ProgrammeId
    reason: Line
    closed_by: Officer
