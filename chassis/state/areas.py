"""Rows that belong to an area: PostgreSQL itself keeps each transaction to its own.

A transaction says for which area it works (`chassis/state/unit.py`); the statements made here, run
by a migration, let it through to the rows of that area and no others, for reading and for writing:

    for statement in area_policies("workers", "village_code"):
        op.execute(statement)

The owner of the tables, who migrates and replays, is not held by policies: so the runtime role may
be neither owner nor superuser (`migrations.is_held_by_policies`), and a view needs
`security_invoker`. A table with policies takes no COPY from the runtime role.
"""

from chassis.state.unit import AREA_SETTING, EVERYWHERE

POLICY = "area"

# As scalar subqueries: asked once a statement, not once a row. An area that is missing or empty is
# NULL, and so is a comparison with it: no row.
_SETTING = f"nullif(current_setting('{AREA_SETTING}', true), '')"
_AREA = f"(SELECT {_SETTING})"
_WITHIN = f"(SELECT {_SETTING} || '.')"


def area_policies(table: str, column: str) -> list[str]:
    """Statements after which each row belongs to the area whose dotted code `column` holds.

    The area 53.71 covers 53.71 and 53.71.04, but not 53.710. A row without a code is seen from
    everywhere only.
    """
    code = f"{table}.{column}"
    return _policies(table, f"{code} = {_AREA} OR starts_with({code}, {_WITHIN})")


def area_policies_through(table: str, parent: str, key_columns: tuple[str, ...]) -> list[str]:
    """Statements after which each row belongs where the row of `parent` with the same keys does.

    `parent` has policies of its own, which hold inside this one; a row without a parent is seen
    from everywhere only.
    """
    same = " AND ".join(f"{parent}.{key} = {table}.{key}" for key in key_columns)
    return _policies(table, f"EXISTS (SELECT FROM {parent} WHERE {same})")


def _policies(table: str, inside: str) -> list[str]:
    rows = f"{_AREA} = '{EVERYWHERE}' OR {inside}"
    return [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"CREATE POLICY {POLICY} ON {table} USING ({rows}) WITH CHECK ({rows})",
    ]
