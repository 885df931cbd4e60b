"""The exercises of chapter 3: right answers pass in any style, each known mistake gets its own message."""

from math import ceil, floor

import numpy as np
from exercise_tests import *  # noqa: F403

from cnnlib.exercises.chapter03 import FITTING, TOO_LARGE, named
from cnnlib.windows import output_size

SIZES = [27, 28, 29, 30]


def fits(H, K, p, d):
    if d * (K - 1) + 1 > H + 2 * p:
        raise ValueError(f"no window of {K} on {H}")


def size(H, K, s, p, d):
    fits(H, K, p, d)
    return (H + 2 * p - d * (K - 1) - 1) // s + 1


def size_by_counting(H, K, s, p, d):
    starts = [a for a in range(-p, H + p, s) if a + d * (K - 1) < H + p]
    if not starts:
        raise ValueError(f"{K} > {H}")
    return np.int32(len(starts))


def refusing(formula):
    """A formula (H, K, s, p, d) -> the same, and ValueError where no window fits."""
    def function(H, K, s, p, d):
        fits(H, K, p, d)
        return formula(H, K, s, p, d)
    return function


def asserting(H, K, s, p, d):
    assert d * (K - 1) + 1 <= H + 2 * p
    return size(H, K, s, p, d)


def silent(H, K, s, p, d):
    if d * (K - 1) + 1 > H + 2 * p:
        raise ValueError
    return size(H, K, s, p, d)


def total(H, K, s):
    return max((ceil(H / s) - 1) * s + K - H, 0)


def pads(H, K, s):
    return total(H, K, s) // 2, ceil(total(H, K, s) / 2)


def pads_in_floats(H, K, s):
    return np.float32([floor(total(H, K, s) / 2), ceil(total(H, K, s) / 2)])


def negative_pads(H, K, s):
    t = (ceil(H / s) - 1) * s + K - H
    return t // 2, t - t // 2


def rounded_down(H, K, s):
    t = max((max(H // s, 1) - 1) * s + K - H, 0)
    return t // 2, t - t // 2


def read(H, K, s, p, d):
    return {s * i + d * u - p for i in range(output_size(H, K, s, p, d)) for u in range(K)}


def lost(H, K, s, p, d):
    return [q for q in range(H) if q not in read(H, K, s, p, d)]


def lost_mask(H, K, s, p, d):
    return ~np.isin(np.arange(H), list(read(H, K, s, p, d)))


def lost_rest(H, K, s, p, d):
    rest = (H + 2 * p - d * (K - 1) - 1) % s
    return range(H - max(rest - p, 0), H)


def lost_solid(H, K, s, p, d):
    return [q for q in range(H) if q not in read(H, d * (K - 1) + 1, s, p, 1)]


def lost_from_padding(H, K, s, p, d):
    return [q for q in range(H) if q - p not in read(H, K, s, p, d)]


def lost_with_padding(H, K, s, p, d):
    return [q for q in range(-p, H + p) if q not in read(H, K, s, p, d)]


RIGHT = [
    ("03-1", (6, 2)), ("03-1", [6.0, 2.0]), ("03-1", np.array([6, 2])),
    ("03-2", SIZES), ("03-2", set(SIZES)), ("03-2", range(27, 31)), ("03-2", np.float32(SIZES[::-1])),
    ("03-3", size), ("03-3", size_by_counting), ("03-3", lambda *setting: np.array(size(*setting))),
    ("03-4", pads), ("03-4", pads_in_floats),
    ("03-5", lost), ("03-5", lambda *setting: set(lost(*setting))), ("03-5", lost_mask),
    ("03-5", lambda *setting: lost_mask(*setting).tolist()),
    ("03-5", lambda H, *setting: np.setdiff1d(np.arange(H), list(read(H, *setting)))),
]
WRONG = [
    ("03-1", (2, 6), "primero las ventanas", "the windows first"),
    ("03-1", (5, 2), "esos son los pasos", "those are the steps"),
    ("03-1", (7, 2), "se redondea hacia abajo", "round down"),
    ("03-1", (6, 0), "el resto se cuenta con el relleno", "the remainder is counted with the padding"),
    ("03-1", (5, 4), "por los dos lados", "on both sides"),
    ("03-1", (5, 1), "falta el relleno", "the padding is missing"),
    ("03-1", (7, 1), "falta la dilatación", "the dilation is missing"),
    ("03-1", (6, 1), "dejan 4 huecos, no 5", "leave 4 gaps, not 5"),
    ("03-1", (5, 3), "no los que se saltan", "not how many are skipped"),
    ("03-1", (8, 8), "no es (8, 8)", "not (8, 8)"),
    ("03-1", 4, "se esperaba la forma (2,)", "expected the shape (2,)"),
    ("03-1", "four", "se esperaban números", "expected numbers"),
    ("03-2", [29, 30, 31, 32], "falta el relleno", "the padding is missing"),
    ("03-2", [28, 29, 30, 31], "por los dos lados", "on both sides"),
    ("03-2", [30, 31, 32, 33], "el +1 va fuera", "the +1 stands outside"),
    ("03-2", [31, 32, 33, 34], "7 ventanas dan 6 pasos", "7 windows take 6 steps"),
    ("03-2", [24, 25, 26, 27], "redondeado hacia arriba", "you rounded up"),
    ("03-2", 27, "faltan 3", "3 missing"),
    ("03-2", SIZES[1:], "falta 1", "1 missing"),
    ("03-2", [], "faltan 4", "4 missing"),
    ("03-2", SIZES + [31], "con H = 31 salen 8", "H = 31 gives 8"),
    ("03-2", [27.5], "números enteros", "whole numbers"),
    ("03-2", ["a", "b"], "números enteros", "whole numbers"),
    ("03-2", [np.nan], "números enteros", "whole numbers"),
    ("03-2", [np.inf], "números enteros", "whole numbers"),
    ("03-2", [[27, 28], [29, 30]], "números enteros", "whole numbers"),
    ("03-3", refusing(lambda H, K, s, p, d: (H + 2 * p - d * (K - 1)) // s), "el +1 va fuera", "the +1 stands outside"),
    ("03-3", refusing(lambda *setting: size(*setting) - 1), "falta el +1", "the +1 is missing"),
    ("03-3", refusing(lambda H, K, s, p, d: ceil((H + 2 * p - d * (K - 1) - 1) / s) + 1),
     "redondeas hacia arriba", "you round up"),
    ("03-3", refusing(lambda H, K, s, p, d: round((H + 2 * p - d * (K - 1) - 1) / s) + 1),
     "al más cercano", "to the nearest"),
    ("03-3", refusing(lambda H, K, s, p, d: (H + p - d * (K - 1) - 1) // s + 1), "por los dos lados", "on both sides"),
    ("03-3", refusing(lambda H, K, s, p, d: (H - d * (K - 1) - 1) // s + 1),
     "no usas el relleno", "the padding is not used"),
    ("03-3", refusing(lambda H, K, s, p, d: (H + 2 * p - K) // s + 1), "no usas la dilatación", "dilation is not used"),
    ("03-3", refusing(lambda H, K, s, p, d: H + 2 * p - d * (K - 1)), "no usas el paso", "stride is not used"),
    ("03-3", refusing(lambda H, K, s, p, d: (H + 2 * p - d * K) // s + 1), "no d K", "not d K"),
    ("03-3", lambda H, K, s, p, d: (H + 2 * p - d * (K - 1) - 1) / s + 1, "con / en vez de //?", "/ in place of //?"),
    ("03-3", lambda *setting: True, "es un número entero", "is a whole number"),
    ("03-3", lambda *setting: "7", "es un número entero", "is a whole number"),
    ("03-3", lambda *setting: 7, "caben 1 ventanas; tu función da 7", "1 windows fit; your function gives 7"),
    ("03-3", lambda H, K, s, p, d: (H + 2 * p - d * (K - 1) - 1) // s + 1, "lanza ValueError", "raise ValueError"),
    ("03-3", asserting, "y llega AssertionError", "and AssertionError comes"),
    ("03-3", silent, "está vacío", "has no message"),
    ("03-3", lambda H, K: 1, "se detiene con `TypeError", "stops with `TypeError"),
    ("03-3", lambda *setting: None, "devuelve None", "returns None"),
    ("03-3", 7, "debe ser una función", "must be a function"),
    ("03-4", lambda *setting: pads(*setting)[::-1], "no al principio", "not to the beginning"),
    ("03-4", negative_pads, "relleno negativo", "turns negative"),
    ("03-4", lambda H, K, s: ((K - 1) // 2, K // 2), "eso es con paso 1", "that is for stride 1"),
    ("03-4", lambda H, K, s: ((K - 1) // 2, (K - 1) // 2), "(K − 1) // 2 a cada lado", "(K − 1) // 2 on each side"),
    ("03-4", lambda H, K, s: (K // 2, K // 2), "K // 2 a cada lado", "K // 2 on each side"),
    ("03-4", lambda *setting: (pads(*setting)[0],) * 2, "falta un cero", "a zero is missing"),
    ("03-4", lambda *setting: (0, total(*setting)), "la mitad va antes", "half of it goes before"),
    ("03-4", rounded_down, "⌈H/s⌉", "⌈H/s⌉"),
    ("03-4", lambda H, K, s: (0, 0), "H = 1, K = 2, s = 1 el relleno es (0, 1)", "s = 1 the padding is (0, 1)"),
    ("03-4", total, "se esperaba la forma (2,)", "expected the shape (2,)"),
    ("03-5", lambda H, *setting: sorted(read(H, *setting) & set(range(H))),
     "se piden los demás", "the others are asked for"),
    ("03-5", lost_rest, "ni la rejilla", "or the grid"),
    ("03-5", lost_solid, "se salta píxeles por dentro", "skips pixels inside"),
    ("03-5", lost_from_padding, "resta p", "subtract p"),
    ("03-5", lost_with_padding, "hay relleno en tu lista", "padding in your list"),
    ("03-5", lambda *setting: [], "no se leen [7]; tu función da []", "are [7]; your function gives []"),
    ("03-5", lambda *setting: [[1], [2, 3]], "números enteros", "whole numbers"),
]


def test_the_settings_hold_what_the_exercises_are_about():
    assert any(d > 1 and s > 1 for _, _, s, _, d in FITTING)
    assert any(s > K for _, K, s, _, _ in FITTING)
    assert TOO_LARGE and named(TOO_LARGE[0]).startswith("H = 1, K = 2")
