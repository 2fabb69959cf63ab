"""What enrollment is told by its environment."""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from chassis.settings import KeyFile, SealingSettings, key_in


class Settings(SealingSettings):
    """ENROLLMENT_*."""

    model_config = SettingsConfigDict(env_prefix="ENROLLMENT_")

    pepper_file: KeyFile
    card_key_file: KeyFile
    """The seed of the Ed25519 key that signs what the QR of a card holds."""
    redis_url: str
    redis_password_file: Path | None = None
    """Its password, when the address names none."""
    age_min: int | None = Field(default=None, ge=15, le=21)
    """Years; none: the rule's own. PP 44/2015 names no age."""
    kk_members_max: int | None = Field(default=None, ge=1)
    """More members on one family card are a warning; none: the rule's own."""

    after_programme: Literal["arrears", "ends"] = "arrears"
    """What a programme's end does to the right to benefit: arrears follow, as the law reads (PP
    44/2015 art. 39 and 42; domain 10 row 1), or it ends with the programme's last month."""

    joint_leave_off: bool = False
    """Whether a due date on a day of joint leave (cuti bersama) rolls to the next working day. The
    law rolls it past holidays (PP 44/2015 art. 24(4)), and joint leave is leave, which each
    employer may give or not; claims and audit are told the same."""

    def addresses_with_passwords(self) -> dict[str, str]:
        """Redis's too."""
        return super().addresses_with_passwords() | {"redis_url": self.redis_url}

    def pepper(self) -> bytes:
        """The secret of the hashes by which people are found."""
        return key_in(self.pepper_file)

    def card_key(self) -> bytes:
        """The seed of the key that signs cards."""
        return key_in(self.card_key_file)
