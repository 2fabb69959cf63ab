"""What rows of one file show about each other."""

import tracemalloc

from services.enrollment.rules.applicants import KK_MEMBERS_MAX
from services.enrollment.rules.applicants.in_file import FAMILY_NAMES_MAX, InFile


def met(file: InFile[str], number: int, /, **changed: str) -> list[str]:
    """The slugs of a row, everything of which is its own but what is changed."""
    row = {"nik": f"n{number}", "kk": f"k{number}", "family": f"f{number}", "name": "Yohanes"}
    return [each.slug for each in file.meet(**(row | changed))]


def test_rows_that_have_nothing_in_common_are_fine() -> None:
    file = InFile[str]()
    assert [met(file, number) for number in range(10)] == [[]] * 10


def test_the_second_row_of_a_nik_is_refused_and_the_third() -> None:
    file = InFile[str]()
    assert [met(file, number, nik="same") for number in range(3)] == [
        [], ["nik-twice-in-file"], ["nik-twice-in-file"],
    ]  # fmt: skip


def test_a_row_that_is_refused_is_not_counted_as_another_person() -> None:
    file = InFile[str](kk_members_max=1)
    same = {"nik": "n", "kk": "k", "family": "f", "name": "Maria Tefa"}
    assert [met(file, number, **same) for number in range(2)] == [[], ["nik-twice-in-file"]]
    assert met(file, 2, kk="other", family="f", name="Petrus Tefa") == []
    assert met(file, 3, kk="k") == ["kk-crowded"]


def test_members_of_a_family_card_beyond_the_fifth_are_to_be_looked_at() -> None:
    file = InFile[str]()
    slugs = [met(file, number, kk="same") for number in range(KK_MEMBERS_MAX + 2)]
    assert slugs == [[]] * 5 + [["kk-crowded"]] * 2
    few = InFile[str](kk_members_max=2)
    assert [met(few, number, kk="same") for number in range(3)] == [[], [], ["kk-crowded"]]


def test_the_same_birth_date_and_mother_and_a_like_name_may_be_one_person() -> None:
    file = InFile[str]()
    names = ("Yohanes Tefa", "Petrus Tefa", "Johanis Tefa", "Yosefina Tefa", "Petrus T.")
    slugs = [
        met(file, number, family="same", name=name) for number, name in enumerate(names, start=1)
    ]
    assert slugs == [[], [], ["possible-duplicate"], [], ["possible-duplicate"]]
    assert met(file, 9, name="Yohanes Tefa") == []


def test_a_row_may_be_both_crowded_and_a_look_alike() -> None:
    file = InFile[str](kk_members_max=1)
    met(file, 1, kk="same", family="same")
    assert met(file, 2, kk="same", family="same") == ["kk-crowded", "possible-duplicate"]


def test_of_one_family_no_more_names_are_remembered_than_there_can_be() -> None:
    file = InFile[str]()
    names = [f"Anak{number}" for number in range(FAMILY_NAMES_MAX + 1)]
    for number, name in enumerate(names):
        assert met(file, number, family="same", name=name) == []
    *kept, last = names
    for number, name in enumerate(kept, start=100):
        assert met(file, number, family="same", name=name) == ["possible-duplicate"]
    assert met(file, 200, family="same", name=last) == []


def test_200_000_rows_take_little_memory() -> None:
    """Measured on a tenth of them, with hashes of 16 bytes as the service has."""
    file = InFile[bytes]()
    tracemalloc.start()
    for number in range(20_000):
        key = number.to_bytes(16, "big")
        file.meet(nik=key, kk=b"k" + key[1:], family=b"f" + key[1:], name=f"Yohanes Tefa {number}")
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak_bytes / 20_000 < 500
