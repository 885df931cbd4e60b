"""The exercises of chapter 8: right answers pass in any style, each known mistake gets its own message."""

import numpy as np
from exercise_tests import *  # noqa: F403

from cnnlib import Conv2D, Sequential, check_gradients, summary
from cnnlib.zoo.googlenet import inception
from cnnlib.zoo.resnet import bottleneck

INCEPTION = 45_376
CLAIMS = [False, True, False, True, False, True, True, False]


def work(H, W, C, narrow):
    return H * W * (2 * C * narrow + 9 * narrow**2)


def work_by_package(H, W, C, narrow):
    layers = [Conv2D(narrow, 1), Conv2D(narrow, 3, padding=1), Conv2D(C, 1)]
    return summary(Sequential(layers), (H, W, C)).multiply_adds


def work_by_loop(H, W, C, narrow):
    return np.float32(sum(H * W * K * K * before * F for K, before, F in
                          [(1, C, narrow), (3, narrow, narrow), (1, narrow, C)]))


def block(x, w1, w2, dy, shortcut=1, last=True, middle=True, both=True):
    a = x @ w1
    h = np.maximum(a, 0)
    s = x + h @ w2
    ds = dy * (s > 0) if last else dy
    da = ds @ w2.T * ((a > 0) if middle else 1)
    dx = shortcut * ds + (da @ w1.T if both else 0)
    return np.maximum(s, 0), dx, x.T @ da, h.T @ ds


def block_by_rows(x, w1, w2, dy):
    """Image by image, in lists, rounded to float32."""
    rows = [block(x[n : n + 1], w1, w2, dy[n : n + 1]) for n in range(len(x))]
    y, dx = ([row[k][0].astype(np.float32).tolist() for row in rows] for k in (0, 1))
    return [y, dx, sum(row[2] for row in rows).tolist(), sum(row[3] for row in rows).astype(np.float32)]


def replaced(place, value):
    """A right block whose result at one place is `value(x, w1, w2, dy)` instead."""

    def wrong(x, w1, w2, dy):
        results = list(block(x, w1, w2, dy))
        results[place] = value(x, w1, w2, dy)
        return results

    return wrong


def in_place(x, w1, w2, dy):
    dy *= 2
    return block(x, w1, w2, dy)


def flipped(k):
    return [claim != (place == k) for place, claim in enumerate(CLAIMS, 1)]


RIGHT = [
    ("08-1", INCEPTION),
    ("08-1", np.array(INCEPTION, np.float64)),
    ("08-1", float(INCEPTION)),
    ("08-2", work),
    ("08-2", work_by_package),
    ("08-2", work_by_loop),
    ("08-3", CLAIMS),
    ("08-3", np.array(CLAIMS)),
    ("08-3", tuple(int(claim) for claim in CLAIMS)),
    ("08-4", block),
    ("08-4", block_by_rows),
]

WRONG = [
    ("08-1", INCEPTION - 192, "faltan los sesgos", "the biases are missing"),
    ("08-1", INCEPTION - 192 + 6, "no uno por convolución", "not one for each convolution"),
    ("08-1", INCEPTION + 9 * 80 * 64 + 25 * 120 * 16, "no reciben 128 canales", "do not take 128 channels"),
    ("08-1", 32 * 129 + 64 * 1153 + 16 * 3201 + 24 * 129, "has olvidado las 1×1", "you forgot the 1×1"),
    ("08-1", INCEPTION - 56 * 129, "faltan las dos 1×1", "the two 1×1 that reduce are missing"),
    ("08-1", INCEPTION - 24 * 129, "detrás de la agrupación", "behind the pooling"),
    ("08-1", INCEPTION + 1, "no son 45\u202f377", "it is not 45,377"),
    ("08-1", [1, 2], "se esperaba la forma ()", "expected the shape ()"),
    ("08-2", lambda H, W, C, n: 2 * C * n + 9 * n**2, "esos son los pesos", "those are the weights"),
    ("08-2", lambda *sizes: 2 * work(*sizes), "van por parejas", "go in pairs"),
    ("08-2", lambda H, W, C, n: H * W * (C * n + 9 * n**2), "falta una de las 1×1", "one of the 1×1 is missing"),
    ("08-2", lambda H, W, C, n: H * W * (2 * C * n + n**2), "nueve pesos", "nine weights"),
    ("08-2", lambda H, W, C, n: H * W * 11 * C * n, "no ve los C", "does not see the C"),
    ("08-2", lambda H, W, C, n: work(H, W, C, n) + H * W * C * C, "el atajo no lleva", "the shortcut has no"),
    ("08-2", lambda H, W, C, n: work(H, H, C, n), "no de H·H", "not H·H"),
    ("08-2", lambda H, W, C, n: H * W * 2 * C * n + (H - 2) * (W - 2) * 9 * n**2, "lleva relleno", "is padded"),
    ("08-2", lambda H, W, C, n: work(H, W, C, n) + H * W * 3 * n, "los sesgos no", "biases multiply nothing"),
    ("08-2", lambda H, W, C, n: work(H, W, C, n) + 1, "y debe salir", "and it should be"),
    ("08-2", 7, "debe ser una función", "must be a function"),
    ("08-2", lambda H: H, "se detiene con `TypeError", "stops with `TypeError"),
    ("08-2", print, "devuelve None", "returns None"),
    ("08-3", [not claim for claim in CLAIMS], "todo del revés", "the other way around"),
    ("08-3", flipped(1), "la 1.ª no: son trece", "not number 1: there are thirteen"),
    ("08-3", flipped(2), "la 2.ª no: la normalización", "not number 2: batch normalization"),
    ("08-3", flipped(3), "la 3.ª no: ganó Clarifai", "not number 3: Clarifai won"),
    ("08-3", flipped(4), "la 4.ª no: 11.3", "not number 4: 11.3"),
    ("08-3", flipped(5), "la 5.ª no: es de un conjunto", "not number 5: it is that of an ensemble"),
    ("08-3", flipped(6), "la 6.ª no: pasa la entrada", "not number 6: it passes"),
    ("08-3", flipped(7), "la 7.ª no: son 61", "not number 7: it is 61"),
    ("08-3", flipped(8), "la 8.ª no: reduce el número de canales", "not number 8: it reduces the number of channels"),
    ("08-3", [2] * 8, "se espera True o False", "expected True or False"),
    ("08-3", [True, False], "se esperaba la forma (8,)", "expected the shape (8,)"),
    ("08-4", replaced(0, lambda x, w1, w2, dy: np.maximum(np.maximum(x @ w1, 0) @ w2, 0)),
     "le falta el atajo", "the shortcut is missing"),
    ("08-4", replaced(0, lambda x, w1, w2, dy: x + np.maximum(x @ w1, 0) @ w2),
     "le falta la última ReLU", "the last ReLU, after"),
    ("08-4", replaced(0, lambda x, w1, w2, dy: x + np.maximum(np.maximum(x @ w1, 0) @ w2, 0)),
     "va *después*", "comes *after*"),
    ("08-4", replaced(0, lambda x, w1, w2, dy: np.maximum(x + x @ w1 @ w2, 0)),
     "entre `w1` y `w2`", "between `w1` and `w2`"),
    ("08-4", replaced(0, lambda x, w1, w2, dy: x), "`y` no es", "`y` is not"),
    ("08-4", lambda *given: block(*given, shortcut=0), "el camino del atajo", "the path of the shortcut"),
    ("08-4", lambda *given: block(*given, both=False), "es solo el atajo", "is the shortcut alone"),
    ("08-4", replaced(1, lambda *given: block(*given)[1] - block(*given, both=False)[1] + given[3]),
     "súmale `ds`, no `dy`", "add `ds`, not `dy`"),
    ("08-4", lambda *given: block(*given, last=False), "olvidas la última ReLU", "you forget the last ReLU"),
    ("08-4", lambda *given: block(*given, middle=False), "la ReLU de en medio", "the ReLU in the middle"),
    ("08-4", replaced(1, lambda *given: block(*given, both=False)[1] * block(*given, shortcut=0)[1]),
     "los dos caminos se *suman*", "the two paths are *added*"),
    ("08-4", replaced(1, lambda x, w1, w2, dy: x), "`dx` no es correcto", "`dx` is not right"),
    ("08-4", replaced(2, lambda *given: block(*given, middle=False)[2]),
     "a `dw1` le falta la ReLU de", "the ReLU in the middle is missing in `dw1`"),
    ("08-4", replaced(2, lambda *given: block(*given, last=False)[2]),
     "a `dw1` le falta la última", "the last ReLU is missing in `dw1`"),
    ("08-4", replaced(2, lambda *given: block(*given)[2] / len(given[0])),
     "`dw1` suma sobre el lote", "`dw1` sums over the batch"),
    ("08-4", replaced(2, lambda *given: given[1]), "`dw1` no es correcto", "`dw1` is not right"),
    ("08-4", replaced(3, lambda x, w1, w2, dy: (x @ w1).T @ (dy * (block(x, w1, w2, dy)[0] > 0))),
     "`w2` recibe", "`w2` takes"),
    ("08-4", replaced(3, lambda *given: block(*given, last=False)[3]), "a `dw2` le falta", "is missing in `dw2`"),
    ("08-4", replaced(3, lambda *given: block(*given)[3] / len(given[0])),
     "`dw2` suma sobre el lote", "`dw2` sums over the batch"),
    ("08-4", replaced(3, lambda *given: given[2]), "`dw2` no es correcto", "`dw2` is not right"),
    ("08-4", lambda *given: block(*given)[:3], "devolver cuatro cosas", "must return four things"),
    ("08-4", replaced(1, lambda x, w1, w2, dy: x.T), "se esperaba la forma", "expected the shape"),
    ("08-4", in_place, "cambia su entrada", "changes its input"),
]


def test_what_exercise_1_asks_for_is_what_the_package_counts():
    assert summary(inception(32, 48, 64, 8, 16, 24), (14, 14, 128)).parameters == INCEPTION


def test_what_exercise_2_asks_for_is_what_the_package_counts():
    assert summary(bottleneck(256, 1), (14, 10, 256)).multiply_adds == work(14, 10, 256, 64)


def test_the_block_of_exercise_4_has_right_gradients():
    rng = np.random.default_rng(0)

    def forward(x, w1, w2):
        return block(x, w1, w2, x)[0], (x, w1, w2)

    def backward(dy, given):
        return block(*given, dy)[1:]

    arrays = (rng.standard_normal(shape) for shape in [(3, 4), (4, 5), (5, 4)])
    assert check_gradients((forward, backward), *arrays) < 1e-6
