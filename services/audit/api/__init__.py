"""What auditors ask: each route parses, authorises, calls and answers."""

from services.audit.api import checkpoints, findings, pages, proofs, questions, record

routers = (
    record.router,
    checkpoints.router,
    proofs.router,
    questions.router,
    findings.router,
    *pages.routers,
)
