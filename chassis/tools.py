"""What a service uses beside its database and the bus: clients of others, keys, files."""


class ServiceTools:
    """Base of a service's tools, made once a process."""

    async def aclose(self) -> None:
        """Let go of connections and files when the service stops."""
