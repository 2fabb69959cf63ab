"""What enrollment is told by its environment."""

from pydantic_settings import SettingsConfigDict

from chassis.settings import KeyFile, SealingSettings, key_in


class Settings(SealingSettings):
    """ENROLLMENT_*."""

    model_config = SettingsConfigDict(env_prefix="ENROLLMENT_")

    pepper_file: KeyFile
    redis_url: str

    def pepper(self) -> bytes:
        """The secret of the hashes by which a NIK is found."""
        return key_in(self.pepper_file)
