"""Claims of members who live, and ends of cover that can be taken back."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_ENDS_AS_LOGGED = """
    UPDATE memberships
    SET end_claim_id = CAST(ended.body ->> 'claim_id' AS uuid),
        end_released = CAST(ended.body ->> 'released' AS bigint)
    FROM (SELECT convert_from(body, 'UTF8')::json AS body FROM event_log
          WHERE type = 'enrollment.coverage-ended.v1') AS ended
    WHERE worker_id = CAST(ended.body ->> 'worker_id' AS uuid)
      AND programme_id = CAST(ended.body ->> 'programme_id' AS uuid)"""
"""What the log says of the memberships that have ended: as replay would fill them."""


def upgrade() -> None:
    """Change the tables of enrollment."""
    op.alter_column("member_claims", "died_on", nullable=True)
    op.add_column("memberships", sa.Column("end_claim_id", sa.Uuid(), nullable=True))
    op.add_column(
        "memberships",
        sa.Column("end_released", sa.BigInteger(), server_default="0", nullable=False),
    )
    op.add_column(
        "memberships",
        sa.Column("month_amount", sa.Integer(), server_default="0", nullable=False),
    )
    op.execute(
        "UPDATE memberships SET month_amount = jkk + jkm FROM programmes "
        "WHERE programmes.programme_id = memberships.programme_id"
    )
    op.create_index(
        "memberships_by_end_claim",
        "memberships",
        ["end_claim_id"],
        unique=False,
        postgresql_where=sa.text("end_claim_id IS NOT NULL"),
    )
    op.execute(_ENDS_AS_LOGGED)
