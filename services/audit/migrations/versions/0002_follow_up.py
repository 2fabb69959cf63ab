"""Findings are followed up, questions are kept, checkpoints have their note."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"

_JSON = postgresql.JSONB(astext_type=sa.Text())


def upgrade() -> None:
    """Create and widen the tables; findings of before were raised and no more."""
    op.add_column("checkpoints", sa.Column("note", sa.String(), nullable=True))
    op.create_table(
        "asked_questions",
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("parameters", _JSON, nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("question_id"),
    )
    op.create_index("ix_asked_questions_asked_at", "asked_questions", ["asked_at"])
    op.create_table(
        "finding_steps",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("finding_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("officer", sa.String(), nullable=True),
        sa.Column("words", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("event_id"),
    )
    op.create_index("ix_finding_steps_finding_id", "finding_steps", ["finding_id"])
    _widen_findings()
    op.execute(
        "INSERT INTO finding_steps (event_id, finding_id, step, taken_at, officer, words) "
        "SELECT event_id, (told ->> 'finding_id')::uuid, 'raised', occurred_at, NULL, "
        "told ->> 'detail' "
        "FROM (SELECT *, convert_from(body, 'UTF8')::jsonb AS told FROM event_log "
        "WHERE type = 'audit.finding-raised.v1') AS raised"
    )


def _widen_findings() -> None:
    op.add_column("findings", sa.Column("event_ids", _JSON, nullable=True))
    op.add_column("findings", sa.Column("state", sa.String(), nullable=True))
    op.execute("UPDATE findings SET event_ids = '[]', state = 'raised'")
    op.alter_column("findings", "event_ids", nullable=False)
    op.alter_column("findings", "state", nullable=False)
    for name in ("raised_by", "assigned_to", "answer", "answered_by", "outcome", "closed_by"):
        op.add_column("findings", sa.Column(name, sa.String(), nullable=True))
    op.add_column("findings", sa.Column("due_on", sa.Date(), nullable=True))
