"""The exercises' checks: they say what is wrong, in the reader's language.

An exercise is a function that takes an answer and raises `Wrong` with the first thing that is not right. The
exercises of chapter NN live in `chapterNN.py`, in a dict EXERCISES by name ("01-2").
"""

import importlib
from dataclasses import dataclass
from typing import Any

from cnnlib.exercises.answers import Wrong

UNANSWERED = {"es": "○ sin respuesta todavía", "en": "○ not answered yet"}
RIGHT = {"es": "✓ correcto", "en": "✓ correct"}


@dataclass(frozen=True)
class Verdict:
    """What a check found: true when the answer passed; shows itself as text and as Markdown."""

    passed: bool
    message: str

    def __bool__(self) -> bool:
        return self.passed

    def __repr__(self) -> str:
        return self.message

    def _repr_markdown_(self) -> str:
        return self.message


def check(name: str, answer: Any, lang: str) -> Verdict:
    """The name of an exercise ("01-2"), an answer, "es" or "en" -> Verdict(passed, message).

    An answer of None is one not given yet: not passed, and no error. A passed message begins with ✓.

    Raises ValueError for an exercise or a language that does not exist.

    >>> check("01-1", None, "en")
    ○ not answered yet
    """
    if lang not in RIGHT:
        raise ValueError(f'lang must be "es" or "en"; got {lang!r}')
    exercise = find(name)
    if answer is None:
        return Verdict(False, UNANSWERED[lang])
    try:
        exercise(answer)
    except Wrong as wrong:
        return Verdict(False, "✗ " + wrong.text[lang])
    return Verdict(True, RIGHT[lang])


def find(name: str) -> Any:
    """The name of an exercise -> its function; ValueError with the names that there are."""
    chapter, _, _ = str(name).partition("-")
    try:
        exercises = importlib.import_module(f"cnnlib.exercises.chapter{chapter}").EXERCISES
    except ModuleNotFoundError:
        raise ValueError(f'no chapter {chapter!r} has exercises; a name looks like "01-2", got {name!r}') from None
    if name not in exercises:
        raise ValueError(f"no exercise {name!r}; chapter {chapter} has {', '.join(exercises)}")
    return exercises[name]
