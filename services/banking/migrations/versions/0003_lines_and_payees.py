"""The line of the decision at each payout, and whose account a payee is paid on."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Change the tables of banking."""
    op.add_column("payouts", sa.Column("line_id", sa.Uuid(), nullable=True))
    op.add_column("parties", sa.Column("holder_id", sa.Uuid(), nullable=True))
    op.execute("UPDATE parties SET holder_id = party_id")
    op.alter_column("parties", "holder_id", nullable=False)
