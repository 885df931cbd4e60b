"""Augmentation, quoted source, and the frame of the exercises."""

import time

import numpy as np
import pytest

from cnnlib import augment, exercises, show
from cnnlib.exercises import answers
from cnnlib.networks import Sequential
from cnnlib.windows import span


def test_a_shift_moves_each_image_by_a_whole_number_and_fills_with_zeros():
    x = np.random.default_rng(0).random((200, 5, 6, 2)) + 1
    shifted, moves = augment.shift(2)(x, np.random.default_rng(1)), set()
    for before, after in zip(x, shifted, strict=True):
        padded = np.pad(before, ((2, 2), (2, 2), (0, 0)))
        found = [(i, j) for i in range(5) for j in range(5) if (padded[i : i + 5, j : j + 6] == after).all()]
        assert len(found) == 1
        moves |= set(found)
    assert len(moves) == 25


def test_a_shift_changes_no_input_and_repeats_with_its_generator():
    x = np.random.default_rng(0).random((4, 5, 5, 1), np.float32)
    copy, shift = x.copy(), augment.shift(1)
    first, second = (shift(x, np.random.default_rng(7)) for _ in range(2))
    np.testing.assert_array_equal(x, copy)
    np.testing.assert_array_equal(first, second)
    assert first.dtype == np.float32
    with pytest.raises(ValueError, match="pixels must be at least 0; got -1"):
        augment.shift(-1)


def test_show_quotes_the_code_that_runs_with_the_first_lines_of_its_docstrings():
    quote = show(Sequential)
    assert quote.file == "cnnlib/networks.py"
    assert '"""Layers one after the other: (N, *input_shape) -> (N, *output_shape)."""' in quote.code
    assert ">>>" not in quote.code and "gradients |= {" in quote.code
    assert quote._repr_markdown_() == f"```python\n# {quote.file}\n{quote.code}\n```"
    namespace = {}
    exec(show(span).code, namespace)
    assert namespace["span"](3, 2) == 5
    with pytest.raises(TypeError, match="show takes a function or a class written in Python; got 3"):
        show(3)


def half(answer):
    for n in (4, 10):
        answers.expect(answers.run(answer, np.full(2, n)).tolist() == [n / 2] * 2, f"mal para {n}", f"wrong for {n}")


@pytest.fixture
def exercise(monkeypatch):
    monkeypatch.setattr(exercises, "find", lambda name: half)


def changing(x):
    x /= 2
    return x


@pytest.mark.parametrize(
    ("answer", "english", "spanish"),
    [
        (lambda x: x / 3, "✗ wrong for 4", "✗ mal para 4"),
        (3, "✗ the answer must be a function; it is int", "✗ la respuesta debe ser una función; es int"),
        (lambda x: x @ np.ones(3), "✗ your function stops with `ValueError", "✗ tu función se detiene con `ValueError"),
        (lambda x: None, "✗ your function returns None", "✗ tu función devuelve None"),
        (lambda x: changing(x.view()), "✗ your function stops with", "✗ tu función se detiene con"),
        (lambda x: x.sort() or x.fill(0) or x, "✗ your function changes its input", "✗ tu función cambia su entrada"),
        (lambda x: exit(), "✗ your function stops with `SystemExit", "✗ tu función se detiene con `SystemExit"),
        (None, "○ not answered yet", "○ sin respuesta todavía"),
    ],
)
@pytest.mark.usefixtures("exercise")
def test_a_wrong_answer_gets_a_sentence_in_its_language(answer, english, spanish):
    for lang, start in (("en", english), ("es", spanish)):
        verdict = exercises.check("01-1", answer, lang)
        assert not verdict and not verdict.passed
        assert verdict.message.startswith(start)
        assert repr(verdict) == verdict._repr_markdown_() == verdict.message


@pytest.mark.usefixtures("exercise")
def test_a_right_answer_passes_and_an_endless_one_is_ended(monkeypatch):
    assert exercises.check("01-1", lambda x: x / 2, "en") == exercises.Verdict(True, "✓ correct")
    monkeypatch.setattr(answers, "SECONDS", 0.1)
    assert "TimeoutError" in exercises.check("01-1", lambda x: time.sleep(2) or x / 2, "en").message


@pytest.mark.usefixtures("exercise")
def test_without_threads_an_answer_is_checked_all_the_same(monkeypatch):
    def start(thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(answers.threading.Thread, "start", start)
    assert exercises.check("01-1", lambda x: x / 2, "en").passed
    assert not exercises.check("01-1", lambda x: x / 3, "en").passed


def test_an_exercise_or_language_that_does_not_exist():
    with pytest.raises(ValueError, match="no chapter '99' has exercises"):
        exercises.check("99-1", None, "en")
    with pytest.raises(ValueError, match="no exercise '01-99'; chapter 01 has 01-1"):
        exercises.check("01-99", None, "en")
    with pytest.raises(ValueError, match='lang must be "es" or "en"; got \'fr\''):
        exercises.check("01-1", None, "fr")
