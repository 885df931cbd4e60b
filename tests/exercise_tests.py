"""What the exercises of every chapter promise; the chapters' test files import these and give the tables.

RIGHT holds (name, answer), WRONG holds (name, answer, a part of the message in Spanish, in English).
"""

from cnnlib.exercises import check

PASSED = {"es": "✓ correcto", "en": "✓ correct"}

__all__ = [
    "test_no_answer_is_no_error",
    "test_right_answers_pass_in_any_style",
    "test_wrong_answers_are_refused_with_their_own_message",
]


def test_right_answers_pass_in_any_style(right_answer):
    name, answer = right_answer
    for language in ("es", "en"):
        verdict = check(name, answer, language)
        assert verdict and verdict.message == PASSED[language], verdict


def test_wrong_answers_are_refused_with_their_own_message(wrong_answer):
    name, answer, es, en = wrong_answer
    for language, message in (("es", es), ("en", en)):
        verdict = check(name, answer, language)
        assert not verdict and message in verdict.message, verdict


def test_no_answer_is_no_error(exercise_name):
    assert check(exercise_name, None, "es").message == "○ sin respuesta todavía"
    assert check(exercise_name, None, "en").message == "○ not answered yet"
