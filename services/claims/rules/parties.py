"""Those with a part in a claim: who they are, what they are to the member, which class that is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple, Protocol
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.claims import HeirClass, Relation, Role
from contracts.sealed import Sealed
from contracts.types import PartyId

RELATIONS: Mapping[HeirClass, frozenset[str]] = {
    HeirClass.SPOUSE_OR_CHILD: frozenset({"spouse", "child"}),
    HeirClass.PARENT_OR_GRANDCHILD: frozenset({"parent", "grandparent", "grandchild"}),
    HeirClass.SIBLING: frozenset({"sibling"}),
    HeirClass.PARENT_IN_LAW: frozenset({"parent-in-law"}),
    HeirClass.NAMED_IN_WILL: frozenset({"named-in-will"}),
}
"""Who is in which class (PP 44/2015 art. 37(5) and 40(2)). A grown or married child is a child."""
FUND_NAME = "Dana Jaminan Sosial"

_COUNTRY = "62"


class HeirIdentity(BaseModel):
    """Who a party is: the block that is sealed. The bank reads the same names."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    name: str
    nik: str | None
    """None: the social security fund, which is no person."""
    relationship: str
    """To the member, in the words of the heir certificate."""
    born_on: date | None = None
    phone: str | None = None
    bank_code: str | None = None
    """The other bank where the party has an account; None when one is opened here."""
    account_number: str | None = None


@dataclass(frozen=True)
class NewParty:
    """Somebody as the clerk has them before them."""

    heir_class: HeirClass
    account: Literal["open-here", "elsewhere"]
    identity: HeirIdentity
    role: Role = "heir"
    relation: Relation | None = None
    is_minor: bool = False
    guardian_id: PartyId | None = None
    """None, of a minor: the one guardian of the claim, or else the one spouse."""
    in_family_card: bool = True
    is_account_new: bool = False


class Hidden(NamedTuple):
    """What is kept of a party's own data: sealed, and marks by which equals are found."""

    party_id: PartyId
    identity: Sealed
    account_mark: str | None
    phone_mark: str | None
    person_mark: str | None


class Party(Protocol):
    """A party that is registered, as a row or as its event."""

    @property
    def party_id(self) -> UUID: ...

    @property
    def heir_class(self) -> int: ...

    @property
    def role(self) -> str: ...

    @property
    def relation(self) -> str | None: ...

    @property
    def is_minor(self) -> bool: ...

    @property
    def guardian_id(self) -> UUID | None: ...

    @property
    def person_mark(self) -> str | None: ...


def fund(*, bank_code: str, account_number: str) -> NewParty:
    """The social security fund, which receives where nobody of the family lives (PP 44/2015
    art. 37(5)b5 and 40(2)b5)."""
    return NewParty(
        heir_class=HeirClass.NONE,
        account="elsewhere",
        identity=HeirIdentity(
            name=FUND_NAME,
            nik=None,
            relationship=FUND_NAME,
            bank_code=bank_code,
            account_number=account_number,
        ),
        role="fund",
    )


def phone_digits(phone: str) -> str:
    """A phone number as it is compared: `0812 345`, `+62 812-345` and `812345` are `62812345`."""
    digits = "".join(letter for letter in phone if letter.isascii() and letter.isdigit())
    national = digits.removeprefix(_COUNTRY).lstrip("0")
    return f"{_COUNTRY}{national}" if national else ""
