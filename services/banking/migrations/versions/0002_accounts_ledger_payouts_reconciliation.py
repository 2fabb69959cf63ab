"""Account numbers and states, holds, payouts that stop, slips, reconciliation."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"

_PAYMENTS_AS_LOGGED = """
    UPDATE payments SET event_id = last.event_id, correlation_id = last.correlation_id,
        ordered_by = convert_from(last.body, 'UTF8')::json ->> 'paid_by'
    FROM (SELECT DISTINCT ON (key) key, event_id, correlation_id, body FROM event_log
          WHERE type IN ('banking.invoice-paid.v1', 'banking.invoice-unpaid.v1')
          ORDER BY key, seq DESC) AS last
    WHERE last.key = payments.invoice_id::text"""
"""What the log says of the rows that are there: as replay would fill them."""


def upgrade() -> None:
    """Change the tables of banking."""
    op.create_table(
        "closed_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("matched", sa.Integer(), nullable=False),
        sa.Column("differences", sa.Integer(), nullable=False),
        sa.Column("unknown", sa.Integer(), nullable=False),
        sa.Column("debits", sa.BigInteger(), nullable=False),
        sa.Column("credits", sa.BigInteger(), nullable=False),
        sa.Column("closed_by", sa.String(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("day"),
    )
    op.create_table(
        "differences",
        sa.Column("difference_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("rail_reference", sa.String(), nullable=False),
        sa.Column("payout_id", sa.Uuid(), nullable=True),
        sa.Column("our_amount", sa.BigInteger(), nullable=True),
        sa.Column("their_amount", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("explanation", sa.String(), nullable=True),
        sa.Column("evidence", sa.String(), nullable=True),
        sa.Column("explained_by", sa.String(), nullable=True),
        sa.Column("explained_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_by", sa.String(), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("suspense", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("recovered_by", sa.String(), nullable=True),
        sa.Column("recovered_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("difference_id"),
    )
    op.create_index("differences_by_day", "differences", ["day", "state"], unique=False)
    op.create_table(
        "holders",
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("name_matches", sa.Boolean(), nullable=False),
        sa.Column("nik_matches", sa.Boolean(), nullable=False),
        sa.Column("screening", sa.String(), nullable=False),
        sa.Column("screening_reference", sa.String(), nullable=True),
        sa.Column("identity", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("verified_by", sa.String(), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("holder_id"),
    )
    op.create_table(
        "holds",
        sa.Column("hold_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("placed_by", sa.String(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_by", sa.String(), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("hold_id"),
    )
    op.create_index("holds_by_account", "holds", ["account_id"], unique=False)
    op.create_table(
        "number_counts",
        sa.Column("range_id", sa.Uuid(), nullable=False),
        sa.Column("given", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("range_id"),
    )
    op.create_table(
        "number_ranges",
        sa.Column("range_id", sa.Uuid(), nullable=False),
        sa.Column("first", sa.String(), nullable=False),
        sa.Column("last", sa.String(), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("correlation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("range_id"),
    )
    op.create_table(
        "rail_statements",
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("matched", sa.Integer(), nullable=False),
        sa.Column("received_by", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("statement_id"),
    )
    op.create_index("rail_statements_by_day", "rail_statements", ["day", "number"], unique=False)
    op.create_table(
        "slips",
        sa.Column("slip_id", sa.Uuid(), nullable=False),
        sa.Column("payout_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("issued_by", sa.String(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("branch", sa.String(), nullable=True),
        sa.Column("honored_by", sa.String(), nullable=True),
        sa.Column("honored_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("slip_id"),
    )
    op.create_index("slips_by_payout", "slips", ["payout_id", "number"], unique=True)
    op.create_table(
        "rail_callback",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_table(
        "statement_line",
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("payout_id", sa.Uuid(), nullable=True),
        sa.Column("rail_reference", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("statement_id", "line"),
    )
    op.create_index("statement_line_by_day", "statement_line", ["day"], unique=False)
    op.create_index("statement_line_by_payout", "statement_line", ["payout_id"], unique=False)
    op.add_column(
        "accounts", sa.Column("product", sa.String(), nullable=False, server_default="savings")
    )
    op.add_column("accounts", sa.Column("number_masked", sa.String(), nullable=True))
    op.add_column("accounts", sa.Column("number", sa.String(), nullable=True))
    op.add_column("accounts", sa.Column("village_code", sa.String(), nullable=True))
    op.add_column(
        "accounts", sa.Column("state", sa.String(), nullable=False, server_default="opened")
    )
    op.add_column("accounts", sa.Column("branch", sa.String(), nullable=True))
    op.add_column("accounts", sa.Column("prepared_by", sa.String(), nullable=True))
    op.add_column("accounts", sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("accounts", sa.Column("collected_by", sa.String(), nullable=True))
    op.add_column("accounts", sa.Column("collected_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("accounts", sa.Column("handed_by", sa.String(), nullable=True))
    op.add_column("accounts", sa.Column("power_of_attorney", sa.String(), nullable=True))
    op.add_column("accounts", sa.Column("proxy", sa.String(), nullable=True))
    op.add_column("accounts", sa.Column("activated_by", sa.String(), nullable=True))
    op.add_column("accounts", sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("accounts", sa.Column("inquired_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("accounts", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    for index, column in (("accounts_by_officer", "handed_by"), ("accounts_by_proxy", "proxy")):
        op.create_index(
            index,
            "accounts",
            [column],
            unique=False,
            postgresql_where=sa.text(f"{column} IS NOT NULL"),
        )
    op.create_index("accounts_by_village", "accounts", ["village_code", "state"], unique=False)
    op.create_index(
        "accounts_unnumbered",
        "accounts",
        ["opened_at"],
        unique=False,
        postgresql_where=sa.text("number IS NULL"),
    )
    op.create_unique_constraint(None, "accounts", ["number"])
    op.add_column(
        "balances", sa.Column("held", sa.BigInteger(), server_default="0", nullable=False)
    )
    op.add_column(
        "members", sa.Column("identity", postgresql.JSONB(astext_type=sa.Text()), nullable=True)
    )
    op.add_column("payments", sa.Column("spp", sa.String(), nullable=True))
    op.add_column("payments", sa.Column("spm", sa.String(), nullable=True))
    op.add_column("payments", sa.Column("ordered_by", sa.String(), nullable=True))
    op.add_column("payments", sa.Column("event_id", sa.Uuid(), nullable=True))
    op.add_column("payments", sa.Column("correlation_id", sa.Uuid(), nullable=True))
    op.execute(_PAYMENTS_AS_LOGGED)
    op.alter_column("payments", "event_id", nullable=False)
    op.alter_column("payments", "correlation_id", nullable=False)
    op.create_index(
        "payments_unpaid",
        "payments",
        ["programme_id"],
        unique=False,
        postgresql_where=sa.text("paid_at IS NULL"),
    )
    op.add_column("payouts", sa.Column("replaces", sa.Uuid(), nullable=True))
    op.add_column("payouts", sa.Column("stopped_reason", sa.String(), nullable=True))
    op.add_column("payouts", sa.Column("stopped_words", sa.String(), nullable=True))
    op.add_column("payouts", sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("payouts", sa.Column("proposed_outcome", sa.String(), nullable=True))
    op.add_column("payouts", sa.Column("proposed_evidence", sa.String(), nullable=True))
    op.add_column("payouts", sa.Column("proposed_by", sa.String(), nullable=True))
    op.add_column("payouts", sa.Column("confirmed_by", sa.String(), nullable=True))
    op.create_index("payouts_by_claim", "payouts", ["claim_id"], unique=False)
    op.create_index("payouts_by_finish", "payouts", ["finished_at"], unique=False)
    op.create_unique_constraint(None, "payouts", ["replaces"])
    op.add_column("transfers", sa.Column("purpose", sa.String(), nullable=True))
    op.drop_constraint("transfers_pkey", "transfers")
    op.drop_constraint("paid_once", "transfers")
    op.create_primary_key("paid_once", "transfers", ["kind", "reference"])
    op.create_index(
        "transfers_by_credit", "transfers", ["credit_account", "transferred_at"], unique=False
    )
    op.create_index(
        "transfers_by_debit", "transfers", ["debit_account", "transferred_at"], unique=False
    )
    # One fund pays most of them: counted, an account would look as if it had made half of all
    # transfers, and Postgres would read the whole table for each of ten thousand accounts.
    for column in ("debit_account", "credit_account"):
        op.execute(f"ALTER TABLE transfers ALTER COLUMN {column} SET (n_distinct = -0.05)")
    for column in ("product", "state"):  # for the rows that were there
        op.alter_column("accounts", column, server_default=None)
    op.execute("UPDATE accounts SET product = 'basic' WHERE holder = 'member'")
