"""Explanations: what is kept, what the family reads, what an auditor can check of it alone."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.claims import Explanation, HeirClass
from services.claims.rules.arithmetic import is_true
from services.claims.rules.compute import compute
from services.claims.rules.explain import explanation, in_indonesian, recheck
from services.claims.rules.facts import (
    Accident,
    Aid,
    Child,
    Computation,
    Disability,
    Facts,
    PaidMonth,
    Spell,
    Trip,
)
from services.claims.rules.tariffs import tariff_digest
from tests.benefit_facts import COVERED_FROM, MONTHS, accident_death, death, injury, paid

EVENT = UUID(int=7)
BADLY_HURT = Accident(
    days_unable=400,
    unable_from=date(2025, 11, 20),
    trips=(Trip("land", 6_000_000), Trip("air", 1_000_000)),
    medical_cost=12,
    home_care_cost=21_000_000,
    home_care_days=400,
    aids=(Aid("glasses", 2_000_000), Aid("orthosis", 9, hospital_price=5)),
    disabilities=(
        Disability("leg-shortened-from-50-mm"),
        Disability("hearing-one-ear", units=2),
        Disability("one-eye", function_lost=33),
        Disability("smell", function_lost=75),
    ),
)


def explained(facts: Facts) -> Explanation:
    return explanation(facts, compute(facts))


def with_first_step(kept: Explanation, change: dict[str, object]) -> Explanation:
    first, *others = kept.steps
    steps = (first.model_copy(update=change), *others)
    return kept.model_copy(update={"steps": steps})


def test_an_explanation_keeps_each_fact_with_its_event_and_the_tariff() -> None:
    facts = death(
        spells=(Spell(COVERED_FROM, event_id=EVENT),),
        paid=(PaidMonth("2025-07", date(2025, 7, 2), EVENT), *paid(MONTHS[1:])),
    )
    kept = explained(facts)
    told = {fact.name: (fact.value, fact.event_id) for fact in kept.facts}
    assert told["covered-from"] == ("2025-07-03T02:00+00:00", EVENT)
    assert told["paid-2025-07"] == ("2025-07-02", EVENT)
    assert (kept.covered_from, kept.tariff) == (COVERED_FROM, tariff_digest())
    assert Explanation.model_validate_json(kept.model_dump_json()) == kept


def test_the_family_reads_each_line_with_amount_and_article() -> None:
    assert in_indonesian(explained(death(date(2025, 11, 20)))) == [
        "Peserta terlindungi sejak 3 Juli 2025.",
        "Peserta meninggal dunia pada 20 November 2025.",
        "Iuran dibayar 5 bulan berturut-turut.",
        "Santunan kematian sekaligus: Rp20.000.000 untuk ahli waris "
        "(PP 44/2015 pasal 34 sebagaimana diubah dengan PP 82/2019).",
        "Santunan berkala yang dibayar sekaligus: Rp12.000.000 untuk ahli waris "
        "(PP 44/2015 pasal 34 sebagaimana diubah dengan PP 82/2019).",
        "Biaya pemakaman: Rp10.000.000 untuk ahli waris "
        "(PP 44/2015 pasal 34 sebagaimana diubah dengan PP 82/2019).",
        "Jumlah yang dibayarkan sekarang: Rp42.000.000.",
        "Pengurusan klaim tidak dipungut biaya. Jangan membayar siapa pun.",
    ]


def test_the_family_reads_why_only_the_funeral_is_paid() -> None:
    early = " ".join(in_indonesian(explained(death(date(2025, 9, 1)))))
    assert "mulai 3 Oktober 2025, jadi hanya ada hak atas biaya pemakaman" in early
    begun = (Spell(datetime(2025, 8, 16, 2, 0, tzinfo=UTC)),)
    facts = death(date(2025, 11, 16), spells=begun, paid=paid(MONTHS[2:4]))
    assert "setelah iuran dibayar tiga bulan berturut-turut" in " ".join(
        in_indonesian(explained(facts))
    )


def test_the_family_reads_why_a_short_row_or_a_funders_arrears_refuse_nothing() -> None:
    gap = paid(("2025-07", "2025-09", "2025-10"))
    short = in_indonesian(explained(death(date(2025, 10, 20), paid=gap)))
    assert any(line.startswith("Karena tunggakan itu iuran belum dibayar tiga") for line in short)
    assert not any("pemerintah" in line for line in short)
    funder = explained(death(date(2026, 1, 20), paid=paid(MONTHS[:3]), owed_by="funder"))
    told = in_indonesian(funder)
    assert any(line.startswith("Iuran itu ditanggung oleh pemerintah") for line in told)
    assert "Jumlah yang dibayarkan sekarang: Rp0." in told
    assert any(line.startswith("Rp42.000.000 ditahan") for line in told)
    assert ("owed-by", "funder") in {(fact.name, fact.value) for fact in funder.facts}


def test_the_family_reads_how_long_home_care_is_paid_and_how_many_months_a_scholarship_needs() -> (
    None
):
    care = injury(Accident(home_care_cost=5, home_care_days=366))
    assert "Perawatan di rumah diganti untuk paling lama satu tahun." in in_indonesian(
        explained(care)
    )
    children = (Child("child-1", date(2012, 5, 5), "smp", 2025),)
    told = in_indonesian(explained(death(children=children)))
    assert any("iuran harus dibayar 36 bulan (" in line for line in told)


def test_the_family_reads_what_is_held_and_when_it_is_not_any_more() -> None:
    waiting = in_indonesian(explained(death(paid=paid(MONTHS[:3]))))
    assert (
        "Pada 20 November 2025 iuran bulan berikut belum dibayar: Oktober 2025, November 2025."
        in waiting
    )
    (held,) = (line for line in waiting if line.startswith("Rp32.000.000 ditahan"))
    assert held.endswith("(PP 44/2015 pasal 42).")
    hurt = injury(Accident(days_unable=30), date(2025, 11, 18), paid=paid(MONTHS[:4]))
    (held,) = (line for line in in_indonesian(explained(hurt)) if "ditahan" in line)
    assert held == (
        "Rp1.000.000 ditahan, dan dibayarkan setelah tunggakan iuran dilunasi "
        "(PP 44/2015 pasal 39)."
    )
    late = tuple(PaidMonth(month, date(2025, 11, 25)) for month in MONTHS[3:5])
    facts = death(paid=(*paid(MONTHS[:3]), *late), decided_on=date(2025, 11, 25))
    released = in_indonesian(explained(facts))
    assert "Tunggakan iuran sudah dilunasi, jadi tidak ada yang ditahan." in released


def test_the_family_reads_of_which_day_the_arrears_are() -> None:
    """Of a death that came of an earlier accident, the accident's."""
    later = accident_death(
        date(2026, 3, 5), happened_on=date(2025, 11, 18), paid=paid(MONTHS[:4]), accident=Accident()
    )
    told = in_indonesian(explained(later))
    assert "Pada 18 November 2025 iuran bulan berikut belum dibayar: November 2025." in told
    one = explained(death(date(2025, 11, 18), paid=paid(MONTHS[:4])))
    assert "held until 1 month owed is paid" in one.outcome


def test_the_family_reads_why_a_line_or_all_of_it_is_not_paid() -> None:
    married = (Child("child-1", date(2010, 1, 1), "smp", 2025, is_married=True),)
    told = in_indonesian(explained(accident_death(children=married, funeral_paid_elsewhere=True)))
    assert any("karena anak sudah menikah" in line for line in told)
    assert any("sudah dibayarkan dari kepesertaan lain" in line for line in told)
    nobody = in_indonesian(explained(death(date(2025, 7, 1), spells=())))
    assert nobody[1].startswith("Pada 1 Juli 2025 kepesertaan belum berlaku")
    assert not any("Jumlah" in line or "terlindungi" in line for line in nobody)


def test_the_family_reads_of_a_disease_and_of_the_work_that_brought_it() -> None:
    disease = Accident(medical_cost=5, is_disease=True, work_ended_on=date(2025, 11, 20))
    kept = explained(injury(disease, date(2026, 5, 4)))
    told = in_indonesian(kept)
    assert "Penyakit akibat kerja didiagnosis pada 4 Mei 2026." in told
    assert "Pekerjaan itu berakhir pada 20 November 2025." in told
    assert kept.outcome == (
        "injury by the occupational disease diagnosed on 2026-05-04, covered when the work ended "
        "on 2025-11-20; Rp5 due"
    )
    late = explained(injury(disease, date(2028, 11, 21)))
    assert late.outcome.startswith("diagnosed on 2028-11-21, too long after the end of the work")
    assert any("lebih dari tiga tahun setelah pekerjaan berakhir" in e for e in in_indonesian(late))


def test_no_birth_date_and_no_name_stands_in_an_explanation() -> None:
    children = (Child("child-1", date(2010, 1, 31), "smp", 2025),)
    kept = explained(accident_death(children=children)).model_dump_json()
    assert "2010" not in kept


CASES = [
    death(),
    death(paid=paid(MONTHS[:3])),
    death(date(2025, 8, 1), paid_before={"lump-sum": 20_000_000, "funeral": 4}),
    accident_death(accident=BADLY_HURT, paid_before={"lump-sum": 20_000_000, "medical": 90}),
    accident_death(heir_class=HeirClass.NONE, base_income=300_000),
    injury(BADLY_HURT),
    injury(BADLY_HURT, paid=paid(MONTHS[:3])),
    injury(BADLY_HURT, date(2026, 1, 20), paid=paid(MONTHS[:3]), owed_by="funder"),
    death(date(2026, 1, 20), paid=paid(MONTHS[:3]), owed_by="funder"),
    injury(Accident(is_total_disability=True)),
    injury(Accident(medical_cost=5, is_disease=True, work_ended_on=date(2025, 11, 20))),
    injury(Accident(disabilities=(Disability("both-eyes"), Disability("one-ear")))),
    death(date(2025, 7, 1), paid_before={"funeral": 10_000_000, "late-compensation": 4}),
    death(spells=(Spell(datetime(2026, 1, 2, tzinfo=UTC)),)),
]


@pytest.mark.parametrize("facts", CASES)
def test_an_explanation_in_order_has_nothing_to_complain_of(facts: Facts) -> None:
    kept = explained(facts)
    assert recheck(kept) == []
    assert all(is_true(step.arithmetic, step.amount) for step in kept.steps)
    assert all(line and "art." not in line for line in in_indonesian(kept))


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"amount": 21_000_000}, "lump-sum: 20,000,000 is not 21,000,000"),
        ({"amount": 21_000_000, "arithmetic": "21,000,000"}, "not what the tariff says"),
        ({"is_held": True}, "lump-sum is held and nothing is owed"),
        ({"rule": "death-anything"}, "the tariff has no death-anything"),
        ({"benefit": "funeral"}, "funeral stands there 2 times"),
    ],
)
def test_a_changed_step_is_found(change: dict[str, object], complaint: str) -> None:
    found = recheck(with_first_step(explained(death()), change))
    assert any(complaint in each for each in found)


def test_sums_that_differ_from_the_outcome_or_from_what_was_paid_are_found() -> None:
    kept = explained(accident_death(paid_before={"lump-sum": 20_000_000}))
    without = kept.model_copy(update={"steps": kept.steps[1:]})
    assert len(recheck(without)) == 2
    assert recheck(kept.model_copy(update={"overpaid": 5}))


@pytest.mark.parametrize(
    ("arithmetic", "amount", "holds"),
    [
        ("60 % x 80 x 1,000,000 = 48,000,000", 48_000_000, True),
        ("60 % x 80 x 1,000,000 = 48,000,001", 48_000_001, False),
        ("60 % x 80 x 1,000,000 = 48,000,000; 48,000,000 - 1 paid = 47,999,999", 47_999_999, True),
        ("60 % x 80 x 1,000,000 = 48,000,000; 47,000,000 - 1 paid = 46,999,999", 46_999_999, False),
        ("1 x 100 % x 1,000,000 / 30 = 33,333", 33_333, True),
        ("1 / 2 = 1", 1, True),
        ("land min(6,000,000, 5,000,000) + air 1 = 5,000,001", 5_000_001, True),
        ("nothing: the child is married", 0, True),
        ("nothing: the child is married", 1, False),
        ("1 / 0 = 1", 1, False),
        ("(1 + 2 = 3", 3, False),
        ("much = 3", 3, False),
        ("", 0, False),
    ],
)
def test_arithmetic_is_computed_again(arithmetic: str, amount: int, holds: bool) -> None:
    assert is_true(arithmetic, amount) == holds


def total_of(computation: Computation) -> int:
    return sum(step.amount for step in computation.steps)


@settings(deadline=None)
@given(
    codes=st.lists(
        st.sampled_from(["one-eye", "smell", "nose", "thumb-left", "leg-shortened-under-50-mm"]),
        max_size=2,
        unique=True,
    ),
    function_lost=st.one_of(st.none(), st.integers(1, 100)),
    days=st.integers(0, 3_650),
    aids=st.lists(st.integers(1, 10**10), max_size=12),
    base=st.integers(300_000, 20_700_000),
    before=st.integers(0, 10**8),
)
def test_every_arithmetic_is_true_and_fits_an_event(
    codes: list[str],
    function_lost: int | None,
    days: int,
    aids: list[int],
    base: int,
    before: int,
) -> None:
    accident = Accident(
        days_unable=days,
        medical_cost=1,
        aids=tuple(Aid("prosthesis", cost, hospital_price=cost // 2 + 1) for cost in aids),
        disabilities=tuple(Disability(code, function_lost=function_lost) for code in codes),
    )
    facts = injury(accident, base_income=base, paid_before={"income-replacement": before})
    kept = explained(facts)
    assert recheck(kept) == []
    assert total_of(compute(facts)) == sum(step.amount for step in kept.steps)
