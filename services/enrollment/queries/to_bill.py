"""Whose month is to be put on an invoice: billing, the reconciliation and what the funder owes ask
for it by the same condition.
"""

from services.enrollment.rules.arrears import owed_since

HAS_COVER = """(membership.covered_from IS NOT NULL OR EXISTS (
        SELECT FROM covers WHERE covers.worker_id = membership.worker_id
          AND (covers.covered_from AT TIME ZONE 'Asia/Makassar')::date < :owed_since
          AND (covers.ended_on IS NULL OR covers.ended_on >= :owed_since)))"""
"""Of `memberships membership`: those that had a cover, of their own or, where they go on from
another programme and no month of theirs was paid yet, of that one on the due date."""
TO_BILL = f"""membership.programme_id = :programme_id
      AND membership.first_month <= :month AND membership.last_month >= :month
      AND (membership.ended_on IS NULL AND membership.lapsed_on IS NULL
           OR membership.ended_on >= :owed_since AND {HAS_COVER}
             AND (membership.lapsed_on IS NULL OR membership.end_reason = 'death')
             AND membership.end_reason <> 'double-registration')
      AND NOT EXISTS (SELECT FROM contributions
                      WHERE contributions.worker_id = membership.worker_id
                        AND contributions.month = :month
                        AND (contributions.programme_id = :programme_id
                             OR contributions.payer = 'self'))
      AND NOT EXISTS (SELECT FROM covers
                      WHERE covers.worker_id = membership.worker_id
                        AND covers.programme_id = membership.programme_id AND covers.reactivated
                        AND (to_char(covers.covered_from AT TIME ZONE 'Asia/Makassar', 'YYYY-MM')
                               > :month
                             OR membership.ended_on IS NOT NULL
                               AND (covers.covered_from AT TIME ZONE 'Asia/Makassar')::date
                                 >= :owed_since))"""  # noqa: S608  (the words are ours)
"""Of `memberships membership`: those whose months include this one and that have not been billed
for it, nor paid it themselves, in whatever programme: no month is paid twice. `:owed_since` is the
first day on which it is owed when it is not paid.

Whoever goes on is billed. Whoever ended is for what he owed at the end: a month that was due before
that day, for payment releases the benefit that is held for it (PP 44/2015 art. 42(1); domain 10
rows 3 and 4). A month that was due on that day or later is never billed: nobody bills the dead
(domain 7.2). After a lapse nothing is, unless a death came after it: then what the funder owes
holds the benefit and does not take it (row 4). Who was registered twice is paid for by the other
name. What fell due before a cover began anew is not charged any more: the money for it was given
back when the cover lapsed."""


def asked_about(month: str) -> dict[str, object]:
    """What the condition needs to know of a month."""
    return {"month": month, "owed_since": owed_since(month)}
