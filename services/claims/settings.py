"""What claims is told by its environment."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from chassis.settings import ExistingFile, KeyFile, SealingSettings, key_in

MIB = 1024 * 1024
SCAN_BYTES_MAX = 10 * MIB
"""Of a scan, where nobody sets another limit."""


class Settings(SealingSettings):
    """CLAIMS_*."""

    model_config = SettingsConfigDict(env_prefix="CLAIMS_")

    mark_key_file: KeyFile
    """The key of marks, claim numbers and status codes. It is never changed."""
    blobs_url: str = Field(pattern=r"^(file|s3)://")
    """Where scans are kept: `file:///folder` or `s3://bucket/prefix`."""
    document_bytes_max: int = Field(default=SCAN_BYTES_MAX, gt=0, le=50 * MIB)
    enrollment_url: str = Field(pattern=r"^https?://")
    """Where keys of members are asked for, to write letters."""
    token_file: ExistingFile
    """Claims' own bearer token; read at each use, so that it can be renewed."""
    two_approvers_from: int = Field(default=100_000_000, gt=0)
    """Rupiah from which on a claim needs two approvers."""
    review_percent: int = Field(default=5, ge=0, le=100)
    """How many of a hundred approved claims are looked at a second time."""
    review_seed: str = Field(default="tameng", min_length=1, max_length=100)
    fund_bank_code: str = Field(default="002", pattern=r"^\d{3}$")
    fund_account_number: str = Field(default="0206010000001", pattern=r"^\d{10,16}$")
    """The account of the social security fund (Dana Jaminan Sosial)."""
    compensation_counts_funeral: bool = True
    """Whether the 1 % a day counts the funeral benefit (domain 10 row 8: unclear in the law)."""
    joint_leave_off: bool = False
    """Whether joint leave (cuti bersama) is no working day: the terms to pay (PP 44/2015 art.
    37(2), 40(3), 44(7)) and the due dates of contributions (art. 24(4)) then pass over it. The law
    does not say (domain 10 row 12); enrollment and audit are told the same."""

    def mark_key(self) -> bytes:
        """The key of marks."""
        return key_in(self.mark_key_file)
