"""Words that every contract uses: typed ids, rupiah, instants, months, region codes."""

from datetime import UTC
from typing import Annotated, NewType
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field

ProgrammeId = NewType("ProgrammeId", UUID)
RosterId = NewType("RosterId", UUID)
WorkerId = NewType("WorkerId", UUID)
InvoiceId = NewType("InvoiceId", UUID)
AccountId = NewType("AccountId", UUID)
TransferId = NewType("TransferId", UUID)
PayoutId = NewType("PayoutId", UUID)
ClaimId = NewType("ClaimId", UUID)
PartyId = NewType("PartyId", UUID)
"""A person who is not a member: an heir, or whoever is paid."""

Rupiah = Annotated[int, Field(strict=True, gt=0)]
"""An amount of money: a whole number of rupiah, above zero."""
RupiahOrNone = Annotated[int, Field(strict=True, ge=0)]
"""An amount that may be nothing, such as a balance."""
Heads = Annotated[int, Field(strict=True, gt=0)]
"""A number of people, at least one."""
Instant = Annotated[AwareDatetime, AfterValidator(lambda at: at.astimezone(UTC))]
"""A point in time, kept in UTC."""
Month = Annotated[str, Field(pattern=r"^20\d{2}-(0[1-9]|1[0-2])$")]
"""A calendar month, `2025-07`."""
RegionCode = Annotated[str, Field(pattern=r"^\d{2}(\.\d{2}(\.\d{2}(\.\d{4})?)?)?$")]
"""A province, kabupaten or kota, kecamatan or village, by the code of the interior ministry."""
RegencyCode = Annotated[str, Field(pattern=r"^\d{2}\.\d{2}$")]
"""A kabupaten or kota, `53.71`."""
DistrictCode = Annotated[str, Field(pattern=r"^\d{2}\.\d{2}\.\d{2}$")]
"""A kecamatan, `53.71.04`."""
VillageCode = Annotated[str, Field(pattern=r"^\d{2}\.\d{2}\.\d{2}\.\d{4}$")]
"""A kelurahan or desa, `53.71.04.1001`."""
Kpj = Annotated[str, Field(pattern=r"^\d{11}$")]
"""A member number: eleven digits, leading zeros count."""
AccountNumber = Annotated[str, Field(pattern=r"^\d{10,16}$")]
"""An account number: digits, never an integer, because leading zeros count."""
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""A SHA-256 digest in lower-case hexadecimal."""
_PRINTABLE = r"^[^\x00-\x1f\x7f]+$"
Officer = Annotated[str, Field(min_length=1, max_length=100, pattern=_PRINTABLE)]
"""The name in the token of whoever acted."""
Line = Annotated[str, Field(min_length=1, max_length=200, pattern=_PRINTABLE)]
"""One line of text, without control characters, that holds no personal data."""
