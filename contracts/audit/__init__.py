"""Events of the audit service: checkpoints over the archive, questions, findings and their end."""

from contracts.audit.checkpoints import (
    NOTE_CHARACTERS_MAX,
    ChainHead,
    CheckpointCosigned,
    CheckpointSigned,
)
from contracts.audit.findings import (
    FINDING_EVENTS_MAX,
    FindingAnswered,
    FindingAssigned,
    FindingClosed,
    FindingRaised,
    FindingReopened,
)
from contracts.audit.questions import SQL_CHARACTERS_MAX, QuestionAsked

__all__ = [
    "FINDING_EVENTS_MAX",
    "NOTE_CHARACTERS_MAX",
    "SQL_CHARACTERS_MAX",
    "ChainHead",
    "CheckpointCosigned",
    "CheckpointSigned",
    "FindingAnswered",
    "FindingAssigned",
    "FindingClosed",
    "FindingRaised",
    "FindingReopened",
    "QuestionAsked",
]
