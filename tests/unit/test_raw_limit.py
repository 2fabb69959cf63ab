"""The raw limit writes the tables that the pipeline fills: no name may be left behind."""

from collections.abc import Mapping

from sqlalchemy import MetaData

from benchmarks.raw_limit import HOPS
from services.banking import models as banking
from services.enrollment import models as enrollment

TABLES: Mapping[str, tuple[MetaData, ...]] = {
    "enrollment": (enrollment.Table.metadata, enrollment.Operational.metadata),
    "banking": (banking.Table.metadata,),
}
OF_THE_CHASSIS = {"subject_key"}


def test_every_table_of_a_hop_is_one_of_its_service() -> None:
    for service, _, tables in HOPS:
        own = {name for metadata in TABLES[service] for name in metadata.tables}
        assert set(tables) <= own | OF_THE_CHASSIS
