"""Cards: batches, handing over, what is late, checks by anybody."""

from services.enrollment.api.cards import batches, checks, handing_over, late

routers = (batches.router, handing_over.router, late.router, checks.router)
"""Those with a fixed path before those with a card's id in it."""
