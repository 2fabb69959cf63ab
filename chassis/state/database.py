"""Connections to a service's database, with limits on everything that could wait for ever."""

from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

POOL_CONNECTIONS = 12
POOL_WAIT_S = 10
RECYCLE_S = 1_800
_LIMITS = {
    "statement_timeout": "10s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "10s",
    "transaction_timeout": "30s",
    "timezone": "UTC",
}


def runtime_engine(url: str, *, application: str) -> AsyncEngine:
    """The engine of a running service: no statement, lock or transaction lasts for ever, and no
    error tells the parameters, which may be somebody's name."""
    return create_async_engine(
        url,
        pool_size=POOL_CONNECTIONS,
        max_overflow=0,
        pool_timeout=POOL_WAIT_S,
        pool_recycle=RECYCLE_S,
        # The connection used last is taken first: it has the statements prepared and planned.
        pool_use_lifo=True,
        hide_parameters=True,
        connect_args={"server_settings": {"application_name": application, **_LIMITS}},
    )


def owner_engine(url: str, *, application: str) -> AsyncEngine:
    """The engine of a migration or a replay: may take its time."""
    settings = {"application_name": application, "timezone": "UTC"}
    return create_async_engine(
        url, hide_parameters=True, connect_args={"server_settings": settings}
    )
