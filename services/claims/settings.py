"""What claims is told by its environment."""

from pydantic_settings import SettingsConfigDict

from chassis.settings import SealingSettings


class Settings(SealingSettings):
    """CLAIMS_*."""

    model_config = SettingsConfigDict(env_prefix="CLAIMS_")
