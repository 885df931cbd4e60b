"""Running and comparing a reader's answer: whatever it does, the reader gets a sentence and no traceback."""

import copy
import threading
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

Cause = tuple[Any, str, str]  # a wrong result, and what went wrong in Spanish and in English

SECONDS = 20.0


class Wrong(Exception):
    """What is not right about an answer, in both languages."""

    def __init__(self, es: str, en: str) -> None:
        super().__init__(en)
        self.text = {"es": es, "en": en}


def expect(right: Any, es: str, en: str) -> None:
    """Raise `Wrong` with the sentence unless `right` is true."""
    if not right:
        raise Wrong(es, en)


def run(function: Any, *arguments: Any) -> Any:
    """The reader's function, called on copies of the arguments -> its result.

    Raises Wrong when it is no function, raises an error, changes its input, gives None, or runs for too long.
    """
    expect(
        callable(function),
        f"la respuesta debe ser una función; es {type(function).__name__}",
        f"the answer must be a function; it is {type(function).__name__}",
    )
    given = copy.deepcopy(arguments)
    result, error = call(function, given)
    if error is not None:
        what = f"{type(error).__name__}: {error}"
        shapes = ", ".join(str(np.shape(a)) for a in arguments)
        raise Wrong(
            f"tu función se detiene con `{what}` (argumentos de forma {shapes})",
            f"your function stops with `{what}` (arguments of shape {shapes})",
        )
    for before, after in zip(arguments, given, strict=True):
        expect(
            not isinstance(before, np.ndarray) or np.array_equal(before, after, equal_nan=True),
            "tu función cambia su entrada: trabaja sobre una copia",
            "your function changes its input: work on a copy",
        )
    expect(
        result is not None,
        "tu función devuelve None: ¿falta un `return`?",
        "your function returns None: is a `return` missing?",
    )
    return result


def call(function: Callable, arguments: tuple) -> tuple[Any, BaseException | None]:
    """Call with a time limit -> (result, None) or (None, error)."""
    outcome: list = [None, TimeoutError(f"> {SECONDS:.0f} s")]

    def target() -> None:
        try:
            outcome[:] = function(*arguments), None
        except BaseException as error:  # also SystemExit: the reader's function must not end the notebook
            outcome[:] = None, error

    thread = threading.Thread(target=target, daemon=True)
    try:
        thread.start()
    except RuntimeError:  # no threads in the browser: there the reader stops an endless loop
        target()
    else:
        thread.join(SECONDS)
    return outcome[0], outcome[1]


def array(value: Any, shape: tuple[int, ...]) -> np.ndarray:
    """The reader's value -> an array of numbers of the expected shape, or Wrong."""
    try:
        found = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise Wrong(
            f"se esperaban números de forma {shape}; llegó {type(value).__name__}",
            f"expected numbers of shape {shape}; got {type(value).__name__}",
        ) from None
    expect(
        found.shape == shape,
        f"se esperaba la forma {shape}; llegó {found.shape}",
        f"expected the shape {shape}; got {found.shape}",
    )
    return found


def close(found: Any, right: Any) -> bool:
    """Whether two arrays agree to the rounding of float32."""
    return bool(np.allclose(found, right, rtol=1e-4, atol=1e-6))


def same(found: Any, expected: Any) -> bool:
    """Whether anything at all is an array of this shape and these numbers."""
    try:
        found = np.asarray(found, dtype=np.float64)
    except (TypeError, ValueError):
        return False
    return found.shape == np.shape(expected) and close(found, expected)


def compare(found: Any, right: Any, causes: Iterable[Cause], es: str, en: str) -> None:
    """Raise Wrong unless `found` is right: with the cause whose result it is, else for its shape, or `es`, `en`."""
    if not same(found, right):
        for wrong, cause_es, cause_en in causes:
            expect(not same(found, wrong), cause_es, cause_en)
        array(found, np.shape(right))
        expect(False, es, en)
