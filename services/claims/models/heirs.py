"""Those with a part in a claim."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.claims.models.base import INSTANT, Table


class Heir(Table, table=True):
    """Somebody with a right to the benefit, or who receives it for one; who it is, is sealed."""

    __tablename__ = "heirs"
    __table_args__ = (
        Index("heirs_by_claim", "claim_id"),
        Index("heirs_by_account", "account_mark"),
        Index("heirs_by_phone", "phone_mark"),
        Index("heirs_by_person", "person_mark"),
    )

    party_id: UUID = Field(primary_key=True)
    claim_id: UUID
    heir_class: int
    role: str
    relation: str | None = None
    is_minor: bool = False
    guardian_id: UUID | None = None
    in_family_card: bool = True
    account: str
    is_account_new: bool = False
    account_mark: str | None = None
    phone_mark: str | None = None
    person_mark: str | None = None
    identity: dict[str, Any] = Field(sa_type=JSONB)
    registered_by: str
    registered_at: datetime = Field(sa_type=INSTANT)
    struck_at: datetime | None = Field(default=None, sa_type=INSTANT)
    """Registered by mistake: has no part."""
