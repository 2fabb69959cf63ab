"""How a member number stands on paper."""

from itertools import accumulate, pairwise

KPJ_GROUPS = (4, 4, 3)


def kpj_groups(kpj: str) -> str:
    """A member number as people read it out: 2500 0000 001."""
    ends = accumulate(KPJ_GROUPS, initial=0)
    return " ".join(kpj[start:end] for start, end in pairwise(ends))
