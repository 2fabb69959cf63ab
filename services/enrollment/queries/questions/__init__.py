"""The questions that auditors ask about members (domain 7.3): one statement each."""

from collections.abc import Mapping

from services.enrollment.queries.questions.asking import (
    Answered,
    Given,
    Parameter,
    Question,
    Value,
    ask,
)
from services.enrollment.queries.questions.changes import CHANGES
from services.enrollment.queries.questions.ended import BILLED_AFTER_DEATH, COVERED_ELSEWHERE
from services.enrollment.queries.questions.months import AMOUNTS, FROZEN_LISTS, LISTS_AGREE
from services.enrollment.queries.questions.persons import (
    AGE,
    DOUBTFUL_NIK,
    OUTSIDE_PROVINCE,
    REGISTERED_TWICE,
)
from services.enrollment.queries.questions.promises import ACCOUNTS, COMMITMENT, QUOTAS

__all__ = ["QUESTIONS", "Answered", "Given", "Parameter", "Question", "Value", "ask"]

QUESTIONS: Mapping[str, Question] = {
    question.name: question
    for question in (
        REGISTERED_TWICE,
        DOUBTFUL_NIK,
        BILLED_AFTER_DEATH,
        OUTSIDE_PROVINCE,
        COVERED_ELSEWHERE,
        AGE,
        LISTS_AGREE,
        FROZEN_LISTS,
        COMMITMENT,
        AMOUNTS,
        ACCOUNTS,
        QUOTAS,
        CHANGES,
    )
}
