"""The pace in words: each habit and each reason has its sentence."""

from django.utils import translation
from hypothesis import given

from notifications import pace_words
from notifications.habit import Habit
from notifications.pace import PACES, Keep, keeps
from tests.notifications.test_habit import DUE, HABITS, RUNGS, of


def test_a_habit_is_told_in_one_sentence():
    assert pace_words.habit_sentence(of(*[-2] * 4)) == (
        "You usually pay 2 days before the due date, so we send one reminder, and none if you have paid."
    )
    with translation.override("zh-hans"):
        assert pace_words.habit_sentence(of(*[-2] * 4)) == (
            "您通常在到期日前2天还款，因此我们只发一次提醒；如已还款则不发。"
        )


@given(HABITS)
def test_every_habit_has_a_sentence(how):
    assert pace_words.habit_sentence(how).endswith(".")


@given(HABITS, RUNGS)
def test_every_reason_of_a_pace_has_a_sentence(how: Habit, cadence):
    for pace in PACES:
        for rung in cadence:
            verdict = keeps(pace, how, rung, cadence=cadence, due_on=DUE)
            if not isinstance(verdict, Keep):
                assert pace_words.SENTENCES[verdict.reason.rule](verdict.reason.facts).endswith(".")


def test_every_pace_has_a_name():
    assert set(pace_words.LABELS) == set(PACES)
