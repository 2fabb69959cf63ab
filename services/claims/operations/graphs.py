"""The small graph around a claim, for who looks for frauds."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.web.access import Caller
from services.claims.adapters import graph_svg
from services.claims.operations.held import ClaimUnknown
from services.claims.queries import graphs as queries
from services.claims.queries import lists, warning_lists
from services.claims.rules import graphs as rules
from services.claims.rules.graphs import ClaimLabel, Graph, NodeKind


class NodeShown(BaseModel):
    """A claim, or something that claims have."""

    node_id: str
    kind: NodeKind
    label: str
    """Of an account, a phone, a person or a document: the begin of its mark, never the number."""
    is_center: bool
    is_shared: bool
    """Whether another claim has it too; of a claim, whether it is another one."""


class EdgeShown(BaseModel):
    """A claim has a thing."""

    claim: str
    thing: str


class GraphShown(BaseModel):
    """The claim, what it has, and the claims that have the same; at most 60 nodes."""

    nodes: list[NodeShown]
    edges: list[EdgeShown]
    left_out: int
    """Nodes that found no place."""


async def graph(session: AsyncSession, claim_id: UUID, *, by: Caller, now: datetime) -> GraphShown:
    """The graph around a claim. Raises: ClaimUnknown, OutsideArea."""
    found = await _graph(session, claim_id, by=by, now=now)
    return GraphShown(
        nodes=[NodeShown(**node._asdict()) for node in found.nodes],
        edges=[EdgeShown(**edge._asdict()) for edge in found.edges],
        left_out=found.left_out,
    )


async def drawn(session: AsyncSession, claim_id: UUID, *, by: Caller, now: datetime) -> str:
    """The graph as a picture in SVG. Raises: ClaimUnknown, OutsideArea."""
    return graph_svg.draw(await _graph(session, claim_id, by=by, now=now))


async def _graph(session: AsyncSession, claim_id: UUID, *, by: Caller, now: datetime) -> Graph:
    found = await lists.claim(session, claim_id)
    if found is None:
        raise ClaimUnknown(f"no claim {claim_id}: see the list of claims")
    by.check_area(found.Member.village_code)
    links = await queries.links(session, claim_id, now=now)
    others = {link.claim_id for link in links if link.claim_id is not None}
    named = await warning_lists.claims_named(session, [claim_id, *others])
    labels = {each: ClaimLabel(claim.number, claim.state) for each, claim in named.items()}
    return rules.graph(claim_id, links, labels)
