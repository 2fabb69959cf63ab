"""The tables that every service has beside its own. None of them is state: none is replayed."""

from alembic import op

_VERSION_1 = (
    "CREATE TABLE shard_head (shard smallint PRIMARY KEY, seq bigint NOT NULL)"
    " WITH (fillfactor = 50)",
    "INSERT INTO shard_head SELECT shard, 0 FROM generate_series(0, 11) AS shard",
    "CREATE TABLE event_log (shard smallint, seq bigint CHECK (seq > 0),"
    " event_id uuid NOT NULL UNIQUE, type text NOT NULL, key text NOT NULL,"
    " occurred_at timestamptz NOT NULL, causation_id uuid NOT NULL, correlation_id uuid NOT NULL,"
    " body bytea NOT NULL, recorded_at timestamptz NOT NULL,"
    " logged_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (shard, seq))",
    "CREATE TABLE watermark (topic text, shard smallint, seq bigint NOT NULL,"
    " PRIMARY KEY (topic, shard)) WITH (fillfactor = 50)",
    "CREATE TABLE parked (topic text, shard smallint, seq bigint, event_id uuid NOT NULL,"
    " type text NOT NULL, key text NOT NULL, body bytea NOT NULL, reason text NOT NULL,"
    " parked_at timestamptz NOT NULL, dropped_at timestamptz, PRIMARY KEY (topic, shard, seq))",
    "CREATE INDEX parked_lines ON parked (topic, key)",
    "CREATE TABLE idempotency_key (principal text, key text, route text NOT NULL,"
    " body_sha256 bytea NOT NULL, status smallint NOT NULL, answer bytea NOT NULL,"
    " stored_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (principal, key))",
    "CREATE TABLE subject_key (subject uuid PRIMARY KEY, wrapped bytea NOT NULL,"
    " created_at timestamptz NOT NULL DEFAULT now())",
)


def create_version_1() -> None:
    """Create the log, the watermarks, the parked events, the stored answers and the keys.

    Called by a service's first migration. A later version of these tables is a function of its own.
    """
    for statement in _VERSION_1:
        op.execute(statement)
