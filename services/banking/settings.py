"""What banking is told by its environment."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from chassis.settings import ExistingFile, KeyFile, SealingSettings, key_in, text_in

RAIL_TIMEOUT_MAX_S = 10.0


class Settings(SealingSettings):
    """BANKING_*."""

    model_config = SettingsConfigDict(env_prefix="BANKING_")

    number_key_file: KeyFile
    """The key of account numbers. It is never changed: numbers in old events are under it."""
    slip_key_file: KeyFile
    """The seed of the Ed25519 key that signs payout slips."""
    rail_url: str = Field(pattern=r"^https?://")
    rail_partner_id: str = Field(min_length=1, max_length=36)
    rail_secret_file: ExistingFile
    rail_channel_id: str = Field(default="95221", min_length=1, max_length=5)
    rail_source_account: str = Field(default="1300000001", pattern=r"^\d{10,34}$")
    """The number, at this bank, of the account that the rail takes the money from."""
    rail_timeout_s: float = Field(default=8.0, gt=0, le=RAIL_TIMEOUT_MAX_S)
    """How long one answer of the rail is waited for."""
    enrollment_url: str = Field(pattern=r"^https?://")
    claims_url: str = Field(pattern=r"^https?://")
    screening_url: str | None = Field(default=None, pattern=r"^https?://")
    """What tells whether a person is on a list with whom a bank may not deal; None: nobody is
    screened, and an officer answers for it."""
    token_file: ExistingFile
    """Banking's own bearer token; read at each use, so that it can be renewed."""

    def rail_secret(self) -> bytes:
        """What requests to the rail are signed with."""
        return text_in(self.rail_secret_file).encode()

    def number_key(self) -> bytes:
        """The key of account numbers."""
        return key_in(self.number_key_file)

    def slip_key(self) -> bytes:
        """The seed of the key that signs payout slips."""
        return key_in(self.slip_key_file)
