"""The small graph around a claim: what it has, and the other claims that have the same.

Two steps and no further: claim, thing, claim. It stays small enough to be looked at; what is left
out is counted.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Literal, NamedTuple
from uuid import UUID

NODES_MAX = 60
THINGS_MAX = 30
SHORT = 8
"""Characters of a mark or digest that are shown."""
Thing = Literal["account", "phone", "person", "document", "issuer", "agent"]
NodeKind = Literal["claim", "account", "phone", "person", "document", "issuer", "agent"]
_WEIGHTS: Mapping[Thing, int] = {
    "account": 100, "phone": 100, "person": 100, "document": 100, "issuer": 10, "agent": 1,
}  # fmt: skip
"""How much a link says: accounts tie claims together, a filer alone ties those of an office."""
_ORDER: Sequence[Thing] = tuple(_WEIGHTS)
_IN_WORDS = frozenset({"issuer", "agent"})


class Link(NamedTuple):
    """Something that the claim has, and another claim that has it; None: it alone."""

    thing: Thing
    mark: str
    claim_id: UUID | None


class ClaimLabel(NamedTuple):
    """How a claim is called in a graph."""

    number: str | None
    state: str


class Node(NamedTuple):
    """A claim or a thing. `node_id` holds no number of a person in clear."""

    node_id: str
    kind: NodeKind
    label: str
    is_center: bool = False
    is_shared: bool = False
    """Whether another claim has it too, or of a claim, whether it is another one."""


class Edge(NamedTuple):
    """A claim has a thing."""

    claim: str
    thing: str


class Graph(NamedTuple):
    """The claim first, then its things, then the other claims."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    left_out: int
    """Nodes that found no place."""


def graph(center: UUID, links: Iterable[Link], labels: Mapping[UUID, ClaimLabel]) -> Graph:
    """The graph around a claim. What ties claims together most comes first; then by name, so that
    the same claim always has the same graph."""
    links = list(links)
    shared = Counter((link.thing, link.mark) for link in links if link.claim_id is not None)
    things = sorted(
        {(link.thing, link.mark) for link in links},
        key=lambda each: (shared[each] == 0, _ORDER.index(each[0]), each[1]),
    )
    weights = Counter[UUID]()
    for link in links:
        if link.claim_id is not None and link.claim_id in labels:
            weights[link.claim_id] += _WEIGHTS[link.thing]
    others = sorted(weights, key=lambda claim_id: (-weights[claim_id], claim_id))
    shown = things[:THINGS_MAX]
    kept = others[: NODES_MAX - 1 - len(shown)]
    nodes = (
        _claim_node(center, labels[center], is_center=True),
        *(_thing_node(*each, is_shared=shared[each] > 0) for each in shown),
        *(_claim_node(claim_id, labels[claim_id]) for claim_id in kept),
    )
    return Graph(
        nodes=nodes,
        edges=_edges(center, links, {node.node_id for node in nodes}),
        left_out=len(things) - len(shown) + len(others) - len(kept),
    )


def _edges(center: UUID, links: Iterable[Link], shown: set[str]) -> tuple[Edge, ...]:
    edges = set()
    for link in links:
        thing = _thing_id(link.thing, link.mark)
        edges.add(Edge(_claim_id(center), thing))
        if link.claim_id is not None:
            edges.add(Edge(_claim_id(link.claim_id), thing))
    return tuple(sorted(edge for edge in edges if edge.claim in shown and edge.thing in shown))


def _claim_node(claim_id: UUID, label: ClaimLabel, *, is_center: bool = False) -> Node:
    called = label.number or str(claim_id)[:SHORT]
    return Node(
        _claim_id(claim_id),
        "claim",
        f"{called} ({label.state})",
        is_center=is_center,
        is_shared=not is_center,
    )


def _thing_node(thing: Thing, mark: str, *, is_shared: bool) -> Node:
    shown = mark if thing in _IN_WORDS else mark[:SHORT]
    return Node(_thing_id(thing, mark), thing, f"{thing} {shown}", is_shared=is_shared)


def _claim_id(claim_id: UUID) -> str:
    return f"claim:{claim_id}"


def _thing_id(thing: Thing, mark: str) -> str:
    """Marks are hashes already; names of offices and officers are hashed, for they may be long."""
    return f"{thing}:{sha256(mark.encode()).hexdigest()[:16]}"
