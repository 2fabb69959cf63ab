"""Rosters with maker and checker, cover, cards, privacy; rows kept to their areas by policies."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from chassis.state.areas import area_policies, area_policies_through

revision = "0002"
down_revision = "0001"

AREAS = {
    "rosters": "region_code",
    "workers": "village_code",
    "memberships": "village_code",
    "invoices": "district_code",
    "reviews": "village_code",
}
"""Tables whose rows name the place that they are about."""
THROUGH = {
    "covers": "workers",
    "contributions": "workers",
    "cards": "workers",
    "amendments": "workers",
    "data_requests": "workers",
    "readings": "workers",
}
"""Tables whose rows belong where their worker does."""


def upgrade() -> None:
    """Change the tables of enrollment."""
    op.create_table(
        "amendments",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("fields", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("village_before", sa.String(), nullable=True),
        sa.Column("village_code", sa.String(), nullable=False),
        sa.Column("has_ktp", sa.Boolean(), nullable=False),
        sa.Column("has_kk", sa.Boolean(), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("amended_by", sa.String(), nullable=False),
        sa.Column("amended_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("event_id"),
    )
    op.create_index("amendments_by_worker", "amendments", ["worker_id"], unique=False)
    op.create_table(
        "billing_runs",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("ordered_by", sa.String(), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ordered_event_id", sa.Uuid(), nullable=False),
        sa.Column("correlation_id", sa.Uuid(), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("invoices", sa.Integer(), nullable=True),
        sa.Column("heads", sa.Integer(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("run_id"),
    )
    op.create_table(
        "cards",
        sa.Column("card_id", sa.Uuid(), nullable=False),
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.Column("village_code", sa.String(), nullable=True),
        sa.Column("replaces", sa.Uuid(), nullable=True),
        sa.Column("printed_by", sa.String(), nullable=False),
        sa.Column("printed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivered_by", sa.String(), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("handed_to", sa.String(), nullable=True),
        sa.Column("lost_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lost_reason", sa.String(), nullable=True),
        sa.Column("reported_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("card_id"),
    )
    op.create_index("cards_by_batch", "cards", ["batch_id"], unique=False)
    op.create_index("cards_by_worker", "cards", ["worker_id"], unique=False)
    op.create_table(
        "covers",
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("covered_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("began_by", sa.Uuid(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reactivated", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.String(), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("worker_id", "programme_id", "covered_from"),
    )
    op.create_table(
        "data_requests",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("fields", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "wanted", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True
        ),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_by", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("legal_ground", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("answered_by", sa.String(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("request_id"),
    )
    op.create_index("data_requests_by_worker", "data_requests", ["worker_id"], unique=False)
    op.create_table(
        "exports",
        sa.Column("export_id", sa.Uuid(), nullable=False),
        sa.Column("exported_by", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("masked", sa.Boolean(), nullable=False),
        sa.Column("exported_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("export_id"),
    )
    op.create_table(
        "kpj_ranges",
        sa.Column("range_id", sa.Uuid(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("first", sa.String(), nullable=False),
        sa.Column("last", sa.String(), nullable=False),
        sa.Column("granted_by", sa.String(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("range_id"),
    )
    op.create_table(
        "member_claims",
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("died_on", sa.Date(), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("claim_id"),
    )
    op.create_index("member_claims_by_worker", "member_claims", ["worker_id"], unique=False)
    op.create_table(
        "readings",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("read_by", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("event_id"),
    )
    op.create_index("readings_by_reader", "readings", ["read_by", "read_at"], unique=False)
    op.create_index("readings_by_time", "readings", ["read_at", "event_id"], unique=False)
    op.create_index("readings_by_worker", "readings", ["worker_id", "read_at"], unique=False)
    op.create_table(
        "reviews",
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("village_code", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("other_worker_id", sa.Uuid(), nullable=True),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("review_id"),
    )
    op.create_index("reviews_by_worker", "reviews", ["worker_id"], unique=False)
    op.create_table(
        "person_lookup",
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("nik_hash", sa.LargeBinary(), nullable=False),
        sa.Column("kk_hash", sa.LargeBinary(), nullable=False),
        sa.Column("family_hash", sa.LargeBinary(), nullable=False),
        sa.Column("limit_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("worker_id"),
        sa.UniqueConstraint("nik_hash"),
    )
    op.create_index("person_lookup_by_family", "person_lookup", ["family_hash"], unique=False)
    op.create_index("person_lookup_by_kk", "person_lookup", ["kk_hash"], unique=False)
    op.create_table(
        "row_finding",
        sa.Column("roster_id", sa.Uuid(), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("findings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("cells", sa.LargeBinary(), nullable=False),
        sa.Column("nik_hash", sa.LargeBinary(), nullable=True),
        sa.Column("other_worker_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("roster_id", "row_number"),
    )
    op.create_index("row_finding_by_person", "row_finding", ["nik_hash"], unique=False)
    op.create_table(
        "staged_chunk",
        sa.Column("roster_id", sa.Uuid(), nullable=False),
        sa.Column("chunk", sa.Integer(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("nik_hashes", sa.LargeBinary(), nullable=True),
        sa.Column("ready", sa.LargeBinary(), nullable=True),
        sa.Column("fit", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("enrolled", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("roster_id", "chunk"),
    )
    op.create_table(
        "staged_roster",
        sa.Column("roster_id", sa.Uuid(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("columns", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("staged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaces", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("roster_id"),
    )
    op.drop_table("staged_row")
    op.drop_table("refused_row")
    op.drop_table("identity_hash")
    op.add_column(
        "contributions", sa.Column("payer", sa.String(), server_default="apbd", nullable=False)
    )
    op.add_column("contributions", sa.Column("paid_by_event", sa.Uuid(), nullable=True))
    op.add_column("invoices", sa.Column("run_id", sa.Uuid(), nullable=True))
    op.add_column("invoices", sa.Column("overdue_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("invoices", sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("invoices", sa.Column("payment_order", sa.String(), nullable=True))
    op.create_index("invoices_by_month", "invoices", ["programme_id", "month"], unique=False)
    op.add_column(
        "memberships", sa.Column("region_code", sa.String(), server_default="", nullable=False)
    )
    op.add_column(
        "memberships", sa.Column("village_code", sa.String(), server_default="", nullable=False)
    )
    op.add_column(
        "memberships", sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column(
        "memberships", sa.Column("arrears_months", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column("memberships", sa.Column("arrears_oldest", sa.String(), nullable=True))
    op.add_column("memberships", sa.Column("lapsed_on", sa.Date(), nullable=True))
    op.add_column("memberships", sa.Column("end_reason", sa.String(), nullable=True))
    op.add_column("memberships", sa.Column("replaced_by", sa.Uuid(), nullable=True))
    op.drop_constraint(op.f("memberships_kpj_key"), "memberships", type_="unique")
    op.create_index(
        "memberships_by_village", "memberships", ["village_code", "worker_id"], unique=False
    )
    op.create_index(
        "memberships_without_cover",
        "memberships",
        ["worker_id"],
        unique=False,
        postgresql_where=sa.text("covered_from IS NULL AND ended_on IS NULL"),
    )
    op.drop_column("memberships", "kpj")
    op.drop_column("memberships", "card_delivered_at")
    op.drop_column("memberships", "card_printed_at")
    op.add_column("programmes", sa.Column("opened_event_id", sa.Uuid(), nullable=True))
    op.add_column("programmes", sa.Column("correlation_id", sa.Uuid(), nullable=True))
    op.add_column(
        "programmes", sa.Column("payer", sa.String(), server_default="apbd", nullable=False)
    )
    op.add_column("programmes", sa.Column("renews", sa.Uuid(), nullable=True))
    op.add_column("programmes", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("programmes", sa.Column("close_reason", sa.String(), nullable=True))
    op.add_column("rosters", sa.Column("kind", sa.String(), server_default="file", nullable=False))
    op.add_column("rosters", sa.Column("validated_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("rosters", sa.Column("fit", sa.Integer(), nullable=True))
    op.add_column(
        "rosters",
        sa.Column(
            "refused_first",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            nullable=True,
        ),
    )
    op.add_column(
        "rosters",
        sa.Column(
            "warned", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True
        ),
    )
    op.add_column("rosters", sa.Column("amount", sa.BigInteger(), nullable=True))
    op.add_column("rosters", sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("rosters", sa.Column("decided_by", sa.String(), nullable=True))
    op.add_column("rosters", sa.Column("decided_event_id", sa.Uuid(), nullable=True))
    op.add_column("rosters", sa.Column("approved", sa.Boolean(), nullable=True))
    op.add_column("rosters", sa.Column("left_out", sa.Integer(), nullable=True))
    op.add_column("rosters", sa.Column("rejection", sa.String(), nullable=True))
    op.add_column(
        "workers",
        sa.Column(
            "warnings", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False
        ),
    )
    op.add_column("workers", sa.Column("kpj", sa.String(), nullable=True))
    op.add_column("workers", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "workers_by_kpj",
        "workers",
        ["kpj"],
        unique=True,
        postgresql_where=sa.text("kpj IS NOT NULL"),
    )
    op.create_check_constraint("checker_is_not_maker", "rosters", "decided_by <> received_by")
    op.create_index("event_log_by_type", "event_log", ["type"])
    for table, column in AREAS.items():
        for statement in area_policies(table, column):
            op.execute(statement)
    for table, parent in THROUGH.items():
        for statement in area_policies_through(table, parent, ("worker_id",)):
            op.execute(statement)
    for table in ("staged_roster", "staged_chunk", "row_finding"):
        for statement in area_policies_through(table, "rosters", ("roster_id",)):
            op.execute(statement)
