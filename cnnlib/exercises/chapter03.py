"""The exercises of chapter 3: a size and its rest, the inverse question, a formula, "same", unread pixels."""

from collections.abc import Callable
from contextlib import suppress
from itertools import product
from numbers import Integral
from typing import Any

import numpy as np

from cnnlib.exercises.answers import Wrong, array, call, expect, run
from cnnlib.windows import axis_pads, output_size, span

Setting = tuple[int, int, int, int, int]  # H, K, s, p, d
PENCIL: Setting = (30, 5, 5, 3, 2)
GRID = list(product((1, 2, 5, 6, 7, 8, 11, 12), (1, 2, 3, 4), (1, 2, 3), (0, 1, 2), (1, 2)))
FITTING = [(H, K, s, p, d) for H, K, s, p, d in GRID if span(K, d) <= H + 2 * p]
TOO_LARGE = [(H, K, s, p, d) for H, K, s, p, d in GRID if span(K, d) > H + 2 * p]


def named(setting: tuple[int, ...]) -> str:
    """(H, K, s, ...) -> how a message shows it."""
    return ", ".join(f"{letter} = {value}" for letter, value in zip("HKspd", setting, strict=False))


def divided(size: int, reach: int, stride: int) -> tuple[int, int]:
    """A padded axis, a reach, a stride -> the windows and the rest."""
    steps, rest = divmod(size - reach, stride)
    return steps + 1, rest


def size_and_rest(answer: Any) -> None:
    """03-1: (OH, r) of PENCIL."""
    found = tuple(array(answer, (2,)).tolist())
    H, K, s, p, d = PENCIL
    OH, rest = divided(H + 2 * p, span(K, d), s)
    mistakes = [
        ((rest, OH), "el orden es (OH, r): primero las ventanas", "the order is (OH, r): the windows first"),
        ((OH - 1, rest), "esos son los pasos: las ventanas son una más, porque la primera no da ninguno",
         "those are the steps: there is one window more, since the first takes none"),
        ((OH + 1, rest), "con resto, la última ventana no cabe: se redondea hacia abajo",
         "with a remainder, the last window does not fit: round down"),
        (divided(H + p, span(K, d), s), "el relleno va por los dos lados: H + 2p, no H + p",
         "padding goes on both sides: H + 2p, not H + p"),
        (divided(H, span(K, d), s), "falta el relleno", "the padding is missing"),
        (divided(H + 2 * p, K, s), "falta la dilatación: los píxeles de la ventana van de dos en dos",
         "the dilation is missing: the pixels of the window stand two apart"),
        (divided(H + 2 * p, d * K, s), "5 píxeles dejan 4 huecos, no 5: el alcance es d (K − 1) + 1",
         "5 pixels leave 4 gaps, not 5: the reach is d (K − 1) + 1"),
        (divided(H + 2 * p, K + d * (K - 1), s),
         "el alcance es d (K − 1) + 1: d es la distancia entre dos píxeles, no los que se saltan",
         "the reach is d (K − 1) + 1: d is the distance between two pixels, not how many are skipped"),
        ((OH, max(rest - p, 0)), "las ventanas están bien; el resto se cuenta con el relleno del final",
         "the windows are right; the remainder is counted with the padding at the end"),
    ]
    for wrong, es, en in mistakes:
        expect(found != wrong, es, en)
    expect(
        found == (OH, rest),
        f"no es ({found[0]:g}, {found[1]:g}): ¿cuánto espacio queda delante de la primera ventana?",
        f"not ({found[0]:g}, {found[1]:g}): how much room is there ahead of the first window?",
    )


def input_sizes(answer: Any) -> None:
    """03-2: every H with 7 windows, for K = 5, s = 4, p = 1."""
    found = integers(answer)
    right = sizes_with(lambda H: output_size(H, 5, 4, 1))
    mistakes = [
        (sizes_with(lambda H: (H - 5) // 4 + 1), "falta el relleno", "the padding is missing"),
        (sizes_with(lambda H: (H + 1 - 5) // 4 + 1), "el relleno va por los dos lados: H + 2p, no H + p",
         "padding goes on both sides: H + 2p, not H + p"),
        (sizes_with(lambda H: (H + 2 - 5 + 1) // 4), "el +1 va fuera de la división",
         "the +1 stands outside the division"),
        (sizes_with(lambda H: (H + 2 - 5) // 4), "has contado 7 pasos: 7 ventanas dan 6 pasos",
         "you counted 7 steps: 7 windows take 6 steps"),
        (sizes_with(lambda H: -((5 - 2 - H) // 4) + 1), "has redondeado hacia arriba: la ventana que no cabe no cuenta",
         "you rounded up: a window that does not fit does not count"),
    ]
    for wrong, es, en in mistakes:
        expect(found != wrong, es, en)
    for H in sorted(found - right):
        OH = output_size(H, 5, 4, 1) if H >= 3 else 0
        raise Wrong(f"con H = {H} salen {OH} ventanas, no 7", f"H = {H} gives {OH} windows, not 7")
    missing = len(right - found)
    expect(
        not missing,
        f"lo que hay está bien, pero falta{'n' * (missing > 1)} {missing}: cada resto posible da un tamaño",
        f"what is there is right, but {missing} missing: each possible remainder gives one size",
    )


def sizes_with(size_of: Callable[[int], int], wanted: int = 7) -> set[int]:
    """A function from H to a number of windows -> the H that give `wanted`."""
    return {H for H in range(3, 60) if size_of(H) == wanted}


def integers(answer: Any) -> set[int]:
    """A list, set, range or array of whole numbers -> a set, or Wrong."""
    if isinstance(answer, set | frozenset | range):
        answer = sorted(answer)
    try:
        found = np.asarray(answer)
        numbers = np.atleast_1d(found.astype(np.float64))
    except (TypeError, ValueError):
        numbers = np.array([np.nan])
    expect(
        numbers.ndim == 1 and np.isfinite(numbers).all() and bool(np.all(numbers == np.round(numbers))),
        "se esperaba una lista de números enteros",
        "expected a list of whole numbers",
    )
    return {int(number) for number in numbers}


def room(H: int, K: int, p: int, d: int) -> int:
    """How far the first window can move."""
    return H + 2 * p - span(K, d)


def formula(answer: Any) -> None:
    """03-3: size(H, K, s, p, d), and ValueError where no window fits."""
    found = [whole(run(answer, *setting), setting) for setting in FITTING]
    mistakes = [
        (lambda H, K, s, p, d: (room(H, K, p, d) + 1) // s,
         "el +1 va fuera de la división", "the +1 stands outside the division"),
        (lambda H, K, s, p, d: room(H, K, p, d) // s,
         "falta el +1: la primera ventana está en su sitio sin dar ningún paso",
         "the +1 is missing: the first window is in its place without taking a step"),
        (lambda H, K, s, p, d: -(-room(H, K, p, d) // s) + 1,
         "redondeas hacia arriba: la ventana que no cabe no cuenta",
         "you round up: a window that does not fit does not count"),
        (lambda H, K, s, p, d: round(room(H, K, p, d) / s) + 1,
         "redondeas al más cercano: hay que redondear hacia abajo, con //",
         "you round to the nearest: round down, with //"),
        (lambda H, K, s, p, d: (room(H, K, p, d) - p) // s + 1,
         "el relleno va por los dos lados: H + 2p, no H + p", "padding goes on both sides: H + 2p, not H + p"),
        (lambda H, K, s, p, d: room(H, K, 0, d) // s + 1, "no usas el relleno", "the padding is not used"),
        (lambda H, K, s, p, d: room(H, K, p, 1) // s + 1, "no usas la dilatación", "the dilation is not used"),
        (lambda H, K, s, p, d: room(H, K, p, d) + 1, "no usas el paso", "the stride is not used"),
        (lambda H, K, s, p, d: (H + 2 * p - d * K) // s + 1,
         "K píxeles dejan K − 1 huecos: el alcance es d (K − 1) + 1, no d K",
         "K pixels leave K − 1 gaps: the reach is d (K − 1) + 1, not d K"),
    ]
    for mistake, es, en in mistakes:
        expect(found != [mistake(*setting) for setting in FITTING], es, en)
    for setting, size in zip(FITTING, found, strict=True):
        fit = output_size(*setting)
        expect(size == fit, f"con {named(setting)} caben {fit} ventanas; tu función da {size}",
               f"for {named(setting)}, {fit} windows fit; your function gives {size}")
    for setting in TOO_LARGE:
        refuses(answer, setting)


def whole(value: Any, setting: tuple[int, ...]) -> int:
    """The reader's size -> an int, or Wrong."""
    if isinstance(value, np.ndarray) and value.shape == ():
        value = value[()]
    expect(
        isinstance(value, Integral) and not isinstance(value, bool),
        f"un tamaño es un número entero; con {named(setting)} tu función da {value!r}. ¿Divides con / en vez de //?",
        f"a size is a whole number; for {named(setting)} your function gives {value!r}. Is it / in place of //?",
    )
    return int(value)


def refuses(function: Callable, setting: tuple[int, ...]) -> None:
    """Wrong unless the function raises ValueError for a kernel larger than its padded axis."""
    result, error = call(function, setting)
    expect(
        error is not None,
        f"con {named(setting)} no cabe ninguna ventana: lanza ValueError; tu función da {result!r}",
        f"for {named(setting)} no window fits: raise ValueError; your function gives {result!r}",
    )
    kind = type(error).__name__
    expect(
        isinstance(error, ValueError),
        f"con {named(setting)} no cabe ninguna ventana: se espera ValueError, y llega {kind}",
        f"for {named(setting)} no window fits: ValueError is expected, and {kind} comes",
    )
    expect(str(error), "el mensaje del error está vacío: di los tamaños", "the error has no message: say the sizes")


def same_padding(answer: Any) -> None:
    """03-4: pads(H, K, s) -> (before, after)."""
    settings = list(product(range(1, 13), range(1, 7), range(1, 5)))
    found = [tuple(array(run(answer, *setting), (2,)).tolist()) for setting in settings]
    right = [axis_pads(H, K, s, "same", 1) for H, K, s in settings]
    totals = [sum(pads) for pads in right]
    bare = [(-(-H // s) - 1) * s + K - H for H, K, s in settings]
    down = [max((max(H // s, 1) - 1) * s + K - H, 0) for H, K, s in settings]
    mistakes = [
        ([pads[::-1] for pads in right], "el cero que sobra va al final, no al principio",
         "the zero left over goes to the end, not to the beginning"),
        ([(t // 2, t - t // 2) for t in bare],
         "sale relleno negativo cuando el paso es mayor que el filtro: el mínimo es 0",
         "the padding turns negative when the stride is larger than the filter: the least is 0"),
        ([((K - 1) // 2, K - 1 - (K - 1) // 2) for _, K, _ in settings],
         "eso es con paso 1: el relleno depende también de H y de s",
         "that is for stride 1: the padding depends on H and s too"),
        ([((K - 1) // 2, (K - 1) // 2) for _, K, _ in settings],
         "(K − 1) // 2 a cada lado vale con filtros impares y paso 1, y nada más",
         "(K − 1) // 2 on each side holds for odd filters and stride 1, and no further"),
        ([(K // 2, K // 2) for _, K, _ in settings],
         "K // 2 a cada lado vale con filtros impares y paso 1, y nada más",
         "K // 2 on each side holds for odd filters and stride 1, and no further"),
        ([(t // 2, t // 2) for t in totals], "cuando el total es impar falta un cero, el del final",
         "when the total is odd a zero is missing, the one at the end"),
        ([(0, t) for t in totals], "todo el relleno está al final: la mitad va antes",
         "all of the padding is at the end: half of it goes before"),
        ([(t // 2, t - t // 2) for t in down],
         "las ventanas son ⌈H/s⌉, redondeado hacia arriba; H // s redondea hacia abajo",
         "there are ⌈H/s⌉ windows, rounded up; H // s rounds down"),
    ]
    for wrong, es, en in mistakes:
        expect(found != wrong, es, en)
    for setting, pads, wanted in zip(settings, found, right, strict=True):
        pair = f"({pads[0]:g}, {pads[1]:g})"
        expect(pads == wanted, f"con {named(setting)} el relleno es {wanted}; tu función da {pair}",
               f"for {named(setting)} the padding is {wanted}; your function gives {pair}")


def read_by(H: int, K: int, s: int, p: int, d: int) -> set[int]:
    """A setting -> the places that some window reads; below 0 and from H on they are padding."""
    return {s * i + d * u - p for i in range(output_size(H, K, s, p, d)) for u in range(K)}


def unread_pixels(answer: Any) -> None:
    """03-5: lost(H, K, s, p, d) -> the pixels of the image that no window reads."""
    settings = [(8, 3, 2, 0, 1), (8, 2, 3, 0, 1), (9, 3, 2, 0, 2), (10, 3, 4, 1, 2), *FITTING]
    found = [integers(masked(run(answer, *setting), setting[0])) for setting in settings]
    right = [set(range(setting[0])) - read_by(*setting) for setting in settings]
    mistakes = [
        ([set(range(H)) & read_by(H, K, s, p, d) for H, K, s, p, d in settings],
         "esos son los que sí se leen: se piden los demás",
         "those are the ones that are read: the others are asked for"),
        ([set(range(H - max(room(H, K, p, d) % s - p, 0), H)) for H, K, s, p, d in settings],
         "encuentras el resto del final, pero no los huecos, el borde ni la rejilla",
         "you find the remainder at the end, but not the gaps, the edge or the grid"),
        ([set(range(H)) - solid(H, K, s, p, d) for H, K, s, p, d in settings],
         "das por leído todo lo que abarca la ventana: con dilatación se salta píxeles por dentro",
         "you take all that the window covers as read: with dilation it skips pixels inside"),
        ([set(range(H)) - {q + p for q in read_by(H, K, s, p, d)} for H, K, s, p, d in settings],
         "los píxeles se numeran desde el primero de la imagen, no desde el relleno: resta p",
         "pixels are numbered from the first of the image, not from the padding: subtract p"),
        ([set(range(-p, H + p)) - read_by(H, K, s, p, d) for H, K, s, p, d in settings],
         "hay relleno en tu lista: solo se piden píxeles de la imagen, de 0 a H − 1",
         "there is padding in your list: only pixels of the image are asked for, from 0 to H − 1"),
    ]
    for wrong, es, en in mistakes:
        expect(found != wrong, es, en)
    for setting, lost, wanted in zip(settings, found, right, strict=True):
        expect(lost == wanted, f"con {named(setting)} no se leen {sorted(wanted)}; tu función da {sorted(lost)}",
               f"for {named(setting)} the unread pixels are {sorted(wanted)}; your function gives {sorted(lost)}")


def solid(H: int, K: int, s: int, p: int, d: int) -> set[int]:
    """A setting -> the places from the first to the last that each window reads."""
    return {s * i + u - p for i in range(output_size(H, K, s, p, d)) for u in range(span(K, d))}


def masked(value: Any, size: int) -> Any:
    """The reader's list; a mask of `size` truth values becomes the places where it is true."""
    with suppress(ValueError):  # rows of different lengths: `integers` says what is wrong with them
        found = np.asarray(value)
        if found.dtype == bool and found.shape == (size,):
            return np.flatnonzero(found).tolist()
    return value


EXERCISES = {
    "03-1": size_and_rest,
    "03-2": input_sizes,
    "03-3": formula,
    "03-4": same_padding,
    "03-5": unread_pixels,
}
