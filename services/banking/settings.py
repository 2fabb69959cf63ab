"""What banking is told by its environment."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from chassis.settings import ExistingFile, ServiceSettings, text_in

RAIL_TIMEOUT_MAX_S = 10.0


class Settings(ServiceSettings):
    """BANKING_*."""

    # The environment names neighbors and keys that later work needs.
    model_config = SettingsConfigDict(env_prefix="BANKING_", extra="ignore")

    rail_url: str = Field(pattern=r"^https?://")
    rail_partner_id: str = Field(min_length=1, max_length=36)
    rail_secret_file: ExistingFile
    rail_channel_id: str = Field(default="95221", min_length=1, max_length=5)
    rail_source_account: str = Field(default="1300000001", pattern=r"^\d{10,34}$")
    """The number, at this bank, of the account that the rail takes the money from."""
    rail_timeout_s: float = Field(default=8.0, gt=0, le=RAIL_TIMEOUT_MAX_S)
    """How long one answer of the rail is waited for."""
    claims_url: str = Field(pattern=r"^https?://")
    token_file: ExistingFile
    """Banking's own bearer token; read at each use, so that it can be renewed."""

    def rail_secret(self) -> bytes:
        """What requests to the rail are signed with."""
        return text_in(self.rail_secret_file).encode()
