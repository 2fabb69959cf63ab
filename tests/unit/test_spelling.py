"""Names as offices in NTT spell them: which may be one person's, and which are twins'."""

from datetime import date

import pytest

from services.enrollment.rules.applicants import Person
from services.enrollment.rules.applicants.spelling import family_key, names_alike

ALIKE = """
    Yohanes Tefa = Johanis Tefa
    Yohanes Tefa = Yohannes Tefa
    Yohanes Tefa = YOHANES  TEFA
    Yohanis Tefa = Yohanes Tefa
    Oematan Djami = Umatan Jami
    Tjahja Boesu = Cahya Busu
    Djoni Lay = Joni Lai
    Joseph Bani = Yosef Bani
    Yosep Bani = Yosef Bani
    Stephanus Mau = Stefanus Mau
    Stevanus Mau = Stefanus Mau
    Thomas Klau = Tomas Klau
    Bernadetha Koten = Bernadeta Koten
    Elisabeth Kase = Elizabet Kase
    Rudy Lay = Rudi Lay
    Roedy Lay = Rudi Lay
    Felix Mau = Feliks Mau
    Schoemaker Adu = Sumaker Adu
    Sjarif Bapang = Syarif Bapang
    Mariah Tefa = Maria Tefa
    Marthen Nalle = Marten Nale
    Christina Bria = Kristina Bria
    Cecilia Bria = Sesilia Bria
    Marcus Ndun = Markus Ndun
    Fransisca Bere = Fransiska Bere
    David Fallo = Davit Fallo
    Michael Kana = Mikhael Kana
    Rachmat Wahab = Rahmat Wahab
    Achmad Usman = Ahmad Usman
    Rachel Adoe = Rahel Adu
    Samuel Nope = Semuel Nope
    Matilda Nope = Metilda Nope
    Oktavianus Liu = Oktovianus Liu
    Sitti Aminah = Siti Aminah
    Nunle'u Bani = Nunleu Bani
    André Liu = Andre Liu
    Maria Yosefina Tefa = Yosefina Maria Tefa
    Tefa Maria Yosefina = Maria Yosefina Tefa
    Maria Yosefina Tefa = Maria Y. Tefa
    Maria Yosefina Tefa = M. Yosefina Tefa
    Maria Yosefina Tefa = Maria Tefa
    Maria Y Tefa = Maria Tefa
    Maria Tefa = Maria
    Drs. Yohanes Tefa, M.Si = Yohanes Tefa
    Alm. Yohanes Tefa = Yohanes Tefa
    Maria Tefa S.Pd. = Ibu Maria Tefa
    H. Abdul Salim = Abd. Salim
    Moh. Idris = Muhammad Idris
    M.Idris Salim = Muhamad Idris Salim
    Ahmad bin Usman = Ahmad Usman
"""
DIFFERENT = """
    Yohanes Tefa = Yohana Tefa
    Petrus Tefa = Paulus Tefa
    Maria Tefa = Marta Tefa
    Maria Tefa = Mario Tefa
    Maria Yosefina Tefa = Maria Yasinta Tefa
    Agustinus Bere = Agustina Bere
    Fransiskus Liu = Fransiska Liu
    Yuliana Klau = Yuliani Klau
    Yuliana Klau = Yulianus Klau
    Kornelis Mau = Kornelia Mau
    Stefania Bria = Stefanus Bria
    Wilhelmus Kore = Wilhelmina Kore
    Kristina Bria = Kristiana Bria
    Rosalina Tade = Rosina Tade
    Melkianus Tade = Melkisedek Tade
    Dina Mau = Dini Mau
    Dina Mau = Dona Mau
    Rian Mau = Rina Mau
    Deni Mau = Dini Mau
    Andre Kase = Andri Kase
    Ana Seran = Ani Seran
    Marlina Seran = Martina Seran
    Marlon Seran = Marlin Seran
    Selfina Neno = Delfina Neno
    Hasan Usman = Husen Usman
    Ester Bani = Esterlina Bani
    Theresia Seran = Thomas Seran
    Yohanes Tefa = Yohanes Nope
    Yohanes Tefa0001 = Yohanes Tefa0002
    Yohanes Tefa0001 = Yohanes Tefa0011
    Yohanes Lamabelawa0001 = Yohanes Lamabelawa0002
    Tefa = Maria Tefa
    M. Y. = Maria Yosefina
    Maria Tefa = Y. Tefa
"""


def pairs(text: str) -> list[tuple[str, str]]:
    return [(a, b) for line in text.split("\n") if line.strip() for a, b in [line.split(" = ")]]


@pytest.mark.parametrize(("a", "b"), pairs(ALIKE))
def test_names_that_may_be_one_persons(a: str, b: str) -> None:
    assert names_alike(a, b)
    assert names_alike(b, a)


@pytest.mark.parametrize(("a", "b"), pairs(DIFFERENT))
def test_names_of_two_people_as_twins_are(a: str, b: str) -> None:
    assert not names_alike(a, b)
    assert not names_alike(b, a)


@pytest.mark.parametrize("name", ["", ".", "'", "--", "H", "Hj. Ibu", "hhh", "12", "Ö", "M."])
def test_what_is_hardly_a_name_is_compared_too(name: str) -> None:
    assert not names_alike(name, "Maria Tefa")
    names_alike(name, name)
    assert family_key(person(name)).startswith("1985-03-15")


def person(mother: str, *, born_on: date = date(1985, 3, 15)) -> Person:
    return Person(
        nik="5371041503850001", name="Yohanes Tefa", birth_place="Kupang", born_on=born_on,
        sex="L", mother=mother, kk="5371040101200001", address="Jalan Cendana 1",
        occupation="nelayan", phone="",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Maria Nubatonis", "MARIA NUBATONIS"),
        ("Maria Nubatonis", "Mariah Nubatonnis"),
        ("Maria Nubatonis", "Nubatonis Maria"),
        ("Maria Nubatonis", "Alm. Maria Y. Nubatonis"),
        ("Maria Nubatonis", "Maria Yosefina Nubatonis"),
        ("Djuliana Oematan", "Yuliana Umatan"),
        ("Elisabeth Tjung", "Elizabet Cung"),
        ("Hj. Sitti Aminah", "Siti Aminah"),
        ("Metilda", "Matilda"),
    ],
)
def test_the_key_of_a_family_is_the_same_however_the_mother_is_spelled(a: str, b: str) -> None:
    assert family_key(person(a)) == family_key(person(b))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Maria Nubatonis", "Marta Nubatonis"),
        ("Maria Nubatonis", "Maria Tefa"),
        ("Maria Nubatonis0001", "Maria Nubatonis0002"),
        ("Maria Nubatonis0001", "Maria Nubatonis0011"),
        ("Maria", "Yosefina"),
    ],
)
def test_the_key_of_another_mother_is_another(a: str, b: str) -> None:
    assert family_key(person(a)) != family_key(person(b))


def test_the_key_of_another_day_is_another() -> None:
    later = person("Maria Nubatonis", born_on=date(1985, 3, 16))
    assert family_key(later) != family_key(person("Maria Nubatonis"))
