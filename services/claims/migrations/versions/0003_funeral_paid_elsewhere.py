"""What a verifier found about the funeral benefit: whether another segment paid it."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Nobody had said so of the claims that are there."""
    op.add_column(
        "claims",
        sa.Column("funeral_paid_elsewhere", sa.Boolean(), server_default="false", nullable=False),
    )
