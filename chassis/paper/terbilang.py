"""Terbilang: numbers in Indonesian words, as papers about money have them beside the figures."""

ONES = ("", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan")
SCALES = ("", "ribu", "juta", "miliar", "triliun")
NUMBER_MAX = 1_000 ** len(SCALES) - 1
_TEN, _TWENTY, _HUNDRED, _THOUSAND = 10, 20, 100, 1_000


def terbilang(number: int) -> str:
    """The number in words: 1.250 is `seribu dua ratus lima puluh`.

    One is `se` before puluh, belas, ratus and ribu, and `satu` before juta and what is above. A
    ValueError says that it is below zero or has more than 15 digits.
    """
    if not 0 <= number <= NUMBER_MAX:
        raise ValueError(f"terbilang goes from 0 to {NUMBER_MAX:,}")
    if number == 0:
        return "nol"
    groups = []
    for scale in SCALES:
        number, group = divmod(number, _THOUSAND)
        if group:
            groups.append(_scaled(group, scale))
    return " ".join(reversed(groups))


def rupiah_in_words(amount: int) -> str:
    """Rupiah in words, as a sentence begins: `Empat puluh dua juta rupiah`."""
    return f"{terbilang(amount)} rupiah".capitalize()


def _scaled(group: int, scale: str) -> str:
    if group == 1 and scale == "ribu":
        return "seribu"
    return f"{_below_thousand(group)} {scale}".rstrip()


def _below_thousand(number: int) -> str:
    hundreds, rest = divmod(number, _HUNDRED)
    words = [] if not hundreds else ["seratus" if hundreds == 1 else f"{ONES[hundreds]} ratus"]
    return " ".join([*words, _below_hundred(rest)]).rstrip()


def _below_hundred(number: int) -> str:
    if number < _TEN:
        return ONES[number]
    tens, ones = divmod(number, _TEN)
    if number >= _TWENTY:
        return f"{ONES[tens]} puluh {ONES[ones]}".rstrip()
    if ones == 0:
        return "sepuluh"
    return "sebelas" if ones == 1 else f"{ONES[ones]} belas"
