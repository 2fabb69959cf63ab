"""Rebuild a service's tables from events in a scratch schema, and compare them with the live ones.

All in one consistent cut: the live side is read in a single REPEATABLE READ snapshot while the
service goes on; the scratch side is filled up to what that snapshot had recorded and heard, by
several workers at once, a share of the shards each.
"""

from chassis.state.replay.applying import Done, Sources
from chassis.state.replay.comparing import Difference, Digest
from chassis.state.replay.cut import Cut, Part, ReplayImpossible
from chassis.state.replay.replaying import Asked, replay, replayed
from chassis.state.replay.report import Report
from chassis.state.replay.sources import Portion, Read, ReplicaEvents
from chassis.state.replay.workers import Found, Here, Workers

__all__ = [
    "Asked",
    "Cut",
    "Difference",
    "Digest",
    "Done",
    "Found",
    "Here",
    "Part",
    "Portion",
    "Read",
    "ReplayImpossible",
    "ReplicaEvents",
    "Report",
    "Sources",
    "Workers",
    "replay",
    "replayed",
]
