"""Names that may be the same person's, as offices in NTT spell them.

One name is written in many ways: Yohanes, Johanis, Yohannes; Oematan, Umatan; Djami, Jami. What is
found here is for a person to decide, so it errs towards asking, but never about twins.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache, reduce

from rapidfuzz.distance import OSA

from services.enrollment.rules.applicants.persons import Person

LIKENESS_MIN = 0.9
"""Of two long words: one slip in ten letters. In shorter ones it would join Marlina and Martina, or
Kristina and Kristiana, who may be twins."""
WORDS_REMEMBERED = 10_000
"""Names are made of few words: remembered, a roster of 100,000 is read in half the time."""
SKELETON_LETTERS_MIN = 3
"""Consonants that must be the same before vowels may differ: Semuel and Samuel, not Dina and Dona.
"""

_SPELLINGS = (
    ("oe", "u"), ("tj", "c"), ("dj", "j"), ("sch", "s"), ("sj", "s"), ("sy", "s"), ("ph", "f"),
    ("th", "t"), ("chr", "kr"), ("chm", "hm"), ("och", "oh"), ("ache", "ahe"), ("chai", "hai"),
    ("ck", "k"), ("ce", "se"), ("ci", "si"), ("ch", "k"), ("kh", "k"), ("c", "k"), ("q", "k"),
    ("x", "ks"), ("z", "s"), ("v", "f"), ("p", "f"), ("y", "i"), ("j", "i"), ("h", ""),
)  # fmt: skip
"""In this order. A ch is heard as k (Christina), or as h (Rachman, Mochamad, Rachel, Chairul)."""
_DOUBLED = re.compile(r"([^\W\d])\1+")
_HARD_ENDINGS = str.maketrans("bdg", "ftk")
"""A final b, d, g is heard as p, t, k: Yakob and Yakop."""
_CLOSE_VOWELS = frozenset({"ae", "ea", "ei", "ie", "ou", "uo"})
_VOWELS = re.compile(r"(?<!^)[aeiou]")
_GLUED = re.compile(r"\b(\w)\.(?=\w{3})")
_WORD = re.compile(r"\w+(?:\.\w+)*")
_NO_NAMES = frozenset({
    "alm", "almh", "almarhum", "almarhumah", "bapa", "bapak", "bpk", "haji", "hajah", "hajjah",
    "hj", "ibu", "kh", "mama", "nn", "nona", "ny", "nyonya", "pdt", "pnt", "romo", "rm", "sdr",
    "sdri", "suster", "tn", "tuan", "bin", "binti", "bt",
    "amd", "amdkeb", "dr", "dra", "drg", "drs", "ir", "mh", "mm", "mpd", "msi", "ners", "prof",
    "sag", "se", "sh", "sip", "skep", "skm", "spd", "spdi", "ssi", "ssos", "st", "sth",
})  # fmt: skip
"""Titles and degrees, without their dots."""
_SHORT_FORMS = {"moh": "muhamad", "mohd": "muhamad", "muh": "muhamad", "muhd": "muhamad",
                "mhd": "muhamad", "abd": "abdul", "sti": "siti"}  # fmt: skip


def family_key(person: Person) -> str:
    """The same for two rows whose birth date is the same and whose mother's name is or sounds it.

    Made of the consonants of the first and the last word of her name, in either order: vowels,
    titles, initials and middle names make no difference.
    """
    words = _whole(_words(person.mother)) or _words(person.mother)
    ends = sorted({_skeleton(word) for word in (words[:1] + words[-1:])})
    return f"{person.born_on.isoformat()} {' '.join(ends)}"


def names_alike(a: str, b: str) -> bool:
    """Whether two names may be one person's: the same words, or words that sound the same, in any
    order, some of them shortened to their first letter or left out."""
    fewer, more = sorted((_words(a), _words(b)), key=len)
    left = list(more)
    whole = 0
    for word in sorted(fewer, key=len, reverse=True):
        found = next((other for other in left if _words_alike(word, other)), None)
        found = found or next((other for other in left if _is_initial(word, other)), None)
        if found is None:
            return False
        left.remove(found)
        whole += len(word) > 1 and len(found) > 1
    return _enough(whole, fewer, more)


def _enough(whole: int, fewer: Sequence[str], more: Sequence[str]) -> bool:
    """A name that lacks words of the other must still say who it is: two words, or the first."""
    lacks = len(_whole(more)) > len(fewer)
    if not lacks:
        return whole > 0
    return whole > 1 or (whole == 1 and _words_alike(fewer[0], more[0]))


def _words_alike(a: str, b: str) -> bool:
    if a == b:
        return True
    if not (a.isalpha() and b.isalpha()):
        return False
    if OSA.normalized_similarity(a, b) >= LIKENESS_MIN:
        return True
    return len(a) == len(b) and a[-1] == b[-1] and _differ_in_vowels(a, b)


def _differ_in_vowels(a: str, b: str) -> bool:
    return len(_skeleton(a)) >= SKELETON_LETTERS_MIN and all(
        one == other or one + other in _CLOSE_VOWELS for one, other in zip(a, b, strict=True)
    )


def _is_initial(a: str, b: str) -> bool:
    return min(len(a), len(b)) == 1 and a[0] == b[0]


def _whole(words: Sequence[str]) -> list[str]:
    return [word for word in words if len(word) > 1]


def _words(name: str) -> list[str]:
    """The words of a name as they sound, without titles and degrees."""
    plain = _plain(name.lower()).replace("'", "").replace("`", "")
    words = [word.replace(".", "") for word in _WORD.findall(_GLUED.sub(r"\1 ", plain))]
    kept = [word for word in words if word not in _NO_NAMES]
    return [_sound(_SHORT_FORMS.get(word, word)) for word in kept or words]


def _plain(name: str) -> str:
    """Without accents, which few names have."""
    if name.isascii():
        return name
    parted = unicodedata.normalize("NFKD", name)
    return "".join(letter for letter in parted if not unicodedata.combining(letter))


@lru_cache(WORDS_REMEMBERED)
def _sound(word: str) -> str:
    """A word as it sounds, whichever spelling wrote it."""
    sounded = reduce(lambda text, pair: text.replace(*pair), _SPELLINGS, word)
    sounded = _DOUBLED.sub(r"\1", sounded)
    return (sounded[:-1] + sounded[-1:].translate(_HARD_ENDINGS)) or word


def _skeleton(word: str) -> str:
    return _VOWELS.sub("", word)
