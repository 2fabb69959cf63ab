"""Every kind of claim: the file with its steps, heirs, warnings, reviews, letters, cover.

What the log says of claims that are there is filled in as replay would fill it. Of what neighbors
told before, only the beginning of each cover is at hand here; the rest comes with their next
events, or when the topics are read again (`docs/operations.md`).
"""

import json
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from contracts.event import derived_id
from services.claims.migrations.officers_guard import GUARD

revision = "0002"
down_revision = "0001"

_LOGGED = sa.text(
    "SELECT event_id, type, occurred_at, body FROM event_log WHERE type = ANY(:types)"
)
_STEPS = {
    "claims.claim-filed.v1": ("filed", "filed_by", None),
    "claims.claim-verified.v1": ("verified", "verified_by", None),
    "claims.claim-approved.v1": ("approved", "approved_by", "confirmation"),
    "claims.claim-rejected.v1": ("rejected", "rejected_by", "reason"),
    "claims.claim-paid.v1": ("paid", None, None),
}
"""What the first version recorded: the step, and the fields of the officer and the words."""
_STEP = sa.text(
    "INSERT INTO claim_steps (event_id, claim_id, step, taken_at, officer, words) "
    "VALUES (:event_id, :claim_id, :step, :taken_at, :officer, :words)"
)
_DECISION = sa.text("UPDATE claims SET decision_id = :event_id WHERE claim_id = :claim_id")
_LINE = sa.text(
    "UPDATE approved_lines SET line_id = :line_id, decision_id = :event_id "
    "WHERE claim_id = :claim_id AND benefit = :benefit"
)
_SPELLS = """
    INSERT INTO cover_spells (worker_id, covered_from, programme_id, event_id)
    SELECT worker_id, covered_from, programme_id, worker_id FROM members
    WHERE covered_from IS NOT NULL"""

_FILLED_ONCE = (
    ("approved_lines", "origin"),
    ("approved_lines", "is_held"),
    ("claims", "kind"),
    ("claims", "reported_by"),
    ("heirs", "role"),
    ("heirs", "is_minor"),
    ("heirs", "in_family_card"),
    ("heirs", "is_account_new"),
)
"""Columns with a default for the rows that are there; from now on projections say it."""


def upgrade() -> None:
    """Change the tables of claims."""
    _create_tables()
    _add_columns()
    _fill_from_log()
    op.execute(_SPELLS)
    op.drop_constraint("approved_lines_pkey", "approved_lines")
    op.alter_column("approved_lines", "line_id", nullable=False)
    op.alter_column("approved_lines", "decision_id", nullable=False)
    op.create_primary_key("approved_lines_pkey", "approved_lines", ["line_id"])
    for table, column in _FILLED_ONCE:
        op.alter_column(table, column, server_default=None)
    op.create_check_constraint("checker_is_not_maker", "claims", "verified_by <> filed_by")
    op.create_check_constraint(
        "approver_is_neither",
        "claims",
        "decided_by <> filed_by AND (verified_by IS NULL OR decided_by <> verified_by)",
    )
    op.create_check_constraint(
        "approvers_are_two",
        "claims",
        "first_approved_by <> filed_by AND first_approved_by <> verified_by "
        "AND (decided_by IS NULL OR first_approved_by <> decided_by)",
    )
    for statement in GUARD:
        op.execute(statement)


def _create_tables() -> None:
    op.create_table(
        "claim_steps",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("officer", sa.String(), nullable=True),
        sa.Column("words", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("event_id"),
    )
    op.create_index("claim_steps_by_claim", "claim_steps", ["claim_id", "taken_at"], unique=False)
    op.create_table(
        "cover_ends",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=True),
        sa.Column("is_restored", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("event_id"),
    )
    op.create_index("cover_ends_by_worker", "cover_ends", ["worker_id"], unique=False)
    op.create_table(
        "cover_spells",
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("covered_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("worker_id", "covered_from"),
    )
    op.create_table(
        "letters",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("letter", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("issued_by", sa.String(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("event_id"),
    )
    op.create_index("letters_by_claim", "letters", ["claim_id"], unique=False)
    op.create_table(
        "reviews",
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("seed", sa.String(), nullable=False),
        sa.Column("share", sa.Integer(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("closed_by", sa.String(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("review_id"),
    )
    op.create_index("reviews_by_claim", "reviews", ["claim_id"], unique=False)
    op.create_table(
        "roster_senders",
        sa.Column("roster_id", sa.Uuid(), nullable=False),
        sa.Column("received_by", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("roster_id"),
    )
    op.create_table(
        "scholarship_years",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("school_year", sa.Integer(), nullable=False),
        sa.Column("is_married", sa.Boolean(), nullable=False),
        sa.Column("is_working", sa.Boolean(), nullable=False),
        sa.Column("is_apprentice", sa.Boolean(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("payee_id", sa.Uuid(), nullable=False),
        sa.Column("requested_by", sa.String(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column(
            "step", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True
        ),
        sa.PrimaryKeyConstraint("request_id"),
    )
    op.create_index("scholarship_years_by_claim", "scholarship_years", ["claim_id"], unique=False)
    op.create_table(
        "warnings",
        sa.Column("warning_id", sa.Uuid(), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("warning", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("linked_claims", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("settled_by", sa.String(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("warning_id"),
    )
    op.create_index("warnings_by_claim", "warnings", ["claim_id"], unique=False)
    op.create_index("warnings_open", "warnings", ["outcome", "raised_at"], unique=False)
    op.create_table(
        "withdrawals",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("branch", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("event_id"),
    )
    op.create_index(
        "withdrawals_by_account", "withdrawals", ["account_id", "taken_at"], unique=False
    )


def _add_columns() -> None:
    op.add_column("approved_lines", sa.Column("line_id", sa.Uuid(), nullable=True))
    op.add_column("approved_lines", sa.Column("decision_id", sa.Uuid(), nullable=True))
    op.add_column(
        "approved_lines",
        sa.Column("origin", sa.String(), server_default="approval", nullable=False),
    )
    op.add_column(
        "approved_lines", sa.Column("is_held", sa.Boolean(), server_default="false", nullable=False)
    )
    op.create_index("approved_lines_by_claim", "approved_lines", ["claim_id"], unique=False)
    op.add_column("claims", sa.Column("number", sa.String(), nullable=True))
    op.add_column("claims", sa.Column("kind", sa.String(), server_default="death", nullable=False))
    op.add_column("claims", sa.Column("happened_on", sa.Date(), nullable=True))
    op.add_column("claims", sa.Column("happened_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("claims", sa.Column("admitted_on", sa.Date(), nullable=True))
    op.add_column(
        "claims", sa.Column("reported_by", sa.String(), server_default="officer", nullable=False)
    )
    op.add_column(
        "claims",
        sa.Column(
            "reporter", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True
        ),
    )
    op.add_column("claims", sa.Column("phone_mark", sa.String(), nullable=True))
    op.add_column("claims", sa.Column("excuse", sa.String(), nullable=True))
    op.add_column(
        "claims",
        sa.Column(
            "living", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True
        ),
    )
    op.add_column(
        "claims",
        sa.Column(
            "shares", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True
        ),
    )
    op.add_column(
        "claims",
        sa.Column(
            "assessment", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True
        ),
    )
    op.add_column(
        "claims",
        sa.Column(
            "verified_documents",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            nullable=True,
        ),
    )
    op.add_column("claims", sa.Column("override", sa.String(), nullable=True))
    op.add_column("claims", sa.Column("first_approved_by", sa.String(), nullable=True))
    op.add_column("claims", sa.Column("first_decision", sa.String(), nullable=True))
    op.add_column("claims", sa.Column("approvers_needed", sa.Integer(), nullable=True))
    op.add_column("claims", sa.Column("decision_id", sa.Uuid(), nullable=True))
    op.add_column("claims", sa.Column("ground", sa.String(), nullable=True))
    op.add_column("claims", sa.Column("appeal_id", sa.Uuid(), nullable=True))
    op.alter_column("claims", "died_on", existing_type=sa.DATE(), nullable=True)
    op.create_index("claims_by_filer", "claims", ["filed_by"], unique=False)
    op.create_index("claims_by_number", "claims", ["number"], unique=True)
    op.create_index("claims_by_phone", "claims", ["phone_mark"], unique=False)
    op.create_index(
        "one_claim_for_one_death",
        "claims",
        ["worker_id"],
        unique=True,
        postgresql_where=sa.text("died_on IS NOT NULL AND state <> 'rejected'"),
    )
    op.add_column("documents", sa.Column("media_type", sa.String(), nullable=True))
    op.add_column("documents", sa.Column("size", sa.Integer(), nullable=True))
    op.add_column("documents", sa.Column("is_good", sa.Boolean(), nullable=True))
    op.add_column("documents", sa.Column("checked_by", sa.String(), nullable=True))
    op.add_column("documents", sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("documents", sa.Column("fault", sa.String(), nullable=True))
    op.create_index("documents_by_digest", "documents", ["sha256"], unique=False)
    op.create_index("documents_by_issuer", "documents", ["issuer"], unique=False)
    op.add_column("heirs", sa.Column("role", sa.String(), server_default="heir", nullable=False))
    op.add_column("heirs", sa.Column("relation", sa.String(), nullable=True))
    op.add_column(
        "heirs", sa.Column("is_minor", sa.Boolean(), server_default="false", nullable=False)
    )
    op.add_column("heirs", sa.Column("guardian_id", sa.Uuid(), nullable=True))
    op.add_column(
        "heirs", sa.Column("in_family_card", sa.Boolean(), server_default="true", nullable=False)
    )
    op.add_column(
        "heirs", sa.Column("is_account_new", sa.Boolean(), server_default="false", nullable=False)
    )
    op.add_column("heirs", sa.Column("account_mark", sa.String(), nullable=True))
    op.add_column("heirs", sa.Column("phone_mark", sa.String(), nullable=True))
    op.add_column("heirs", sa.Column("person_mark", sa.String(), nullable=True))
    op.add_column("heirs", sa.Column("struck_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("heirs_by_account", "heirs", ["account_mark"], unique=False)
    op.create_index("heirs_by_person", "heirs", ["person_mark"], unique=False)
    op.create_index("heirs_by_phone", "heirs", ["phone_mark"], unique=False)
    op.add_column("members", sa.Column("last_month", sa.String(), nullable=True))
    op.add_column("members", sa.Column("roster_id", sa.Uuid(), nullable=True))
    op.add_column(
        "members",
        sa.Column(
            "identity", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True
        ),
    )
    op.add_column("paid_months", sa.Column("amount", sa.BigInteger(), nullable=True))
    op.add_column("paid_months", sa.Column("event_id", sa.Uuid(), nullable=True))
    op.add_column("payouts", sa.Column("line_id", sa.Uuid(), nullable=True))
    op.add_column("payouts", sa.Column("account_id", sa.Uuid(), nullable=True))
    op.create_index("payouts_by_account", "payouts", ["account_id"], unique=False)
    op.create_index("payouts_by_line", "payouts", ["line_id"], unique=False)


def _fill_from_log() -> None:
    connection = op.get_bind()
    for event_id, type_, at, body in connection.execute(_LOGGED, {"types": list(_STEPS)}).all():
        event: dict[str, Any] = json.loads(body)
        step, officer, words = _STEPS[type_]
        told = {
            "event_id": event_id,
            "claim_id": UUID(event["claim_id"]),
            "step": step,
            "taken_at": at,
            "officer": event[officer] if officer else None,
            "words": event[words] if words else None,
        }
        connection.execute(_STEP, told)
        if step == "approved":
            connection.execute(_DECISION, told)
            for line in event["lines"]:
                purpose = f"line {line['benefit']} {line['payee_id']}"
                line_id = derived_id(told["claim_id"], purpose)
                connection.execute(_LINE, told | {"line_id": line_id, "benefit": line["benefit"]})
