"""The exercises of chapter 10: right answers pass in any style, each known mistake gets its own message."""

from functools import reduce
from math import ceil, floor, sqrt

import numpy as np
import pytest
from exercise_tests import *  # noqa: F403

from cnnlib import Conv2D, conv2d_backward, conv2d_forward, receptive_field
from cnnlib.exercises.chapter10 import FILTERS, PLANS, WAISTS, field, merged


def dilated_field(plan):
    r, j = 1, 1
    for K, s, d in plan:
        r, j = r + d * (K - 1) * j, j * s
    return r


def backwards(plan):
    """From the output down to the image: another style."""
    return np.float32(reduce(lambda r, layer: (r - 1) * layer[1] + layer[2] * (layer[0] - 1) + 1, plan[::-1], 1))


def by_package(plan):
    return receptive_field([Conv2D(1, K, stride=s, dilation=d) for K, s, d in plan])[0]


def own_stride(plan):
    r, j = 1, 1
    for K, s, d in plan:
        j *= s
        r += d * (K - 1) * j
    return r


def last_stride(plan):
    r, j = 1, 1
    for K, s, d in plan:
        r, j = r + d * (K - 1) * j, s
    return r


def dilated_jump(plan):
    r, j = 1, 1
    for K, s, d in plan:
        r, j = r + d * (K - 1) * j, j * s * d
    return r


def backward(dy, x, w):
    return dy @ w.T, np.einsum("nijc,nijf->cf", x, dy), dy.sum((0, 1, 2))


def backward_by_loops(dy, x, w):
    dx, dw, db = np.zeros(x.shape, np.float32), np.zeros(w.shape), [0.0] * w.shape[1]
    for place in np.ndindex(x.shape[:3]):
        dx[place] = w @ dy[place]
        dw += np.outer(x[place], dy[place])
        db = [total + value for total, value in zip(db, dy[place], strict=True)]
    return [dx.tolist(), dw, db]


def backward_by_package(dy, x, w):
    _, cache = conv2d_forward(x, w[None, None], np.zeros(w.shape[1]))
    dx, dw, db = conv2d_backward(dy, cache)
    return dx, dw[0, 0], db


def changed(**parts):
    """`backward` with some of its three results replaced."""
    def function(dy, x, w):
        names = dict(zip(("dx", "dw", "db"), backward(dy, x, w), strict=True))
        return tuple(parts[name](dy, x, w, value) if name in parts else value for name, value in names.items())
    return function


def in_place(dy, x, w):
    dy *= 1.0
    dy += 1
    return backward(dy - 1, x, w)


def waist(C, K, share):
    return max(m for m in range(C + 1) if 2 * C * m + K * K * m * m <= share * K * K * C * C)


def root(C, K, share):
    return (-C + sqrt(C * C + K**4 * C * C * share)) / K**2


def waist_like(cost):
    """The largest m with cost(m, C, K) at most the share of one KxK."""
    return lambda C, K, share: max(m for m in range(2 * C) if cost(m, C, K) <= share * K * K * C * C)


def merge_by_gradient(first, second):
    """The derivative of a linear output by each pixel is the weight of that pixel."""
    (KH, KW, C, _), (LH, LW, _, F) = first.shape, second.shape
    y, cache = conv2d_forward(np.zeros((F, KH + LH - 1, KW + LW - 1, C)), first, None)
    _, cache_2 = conv2d_forward(y, second, None)
    dy, _, _ = conv2d_backward(np.eye(F).reshape(F, 1, 1, F), cache_2)
    return conv2d_backward(dy, cache)[0].transpose(1, 2, 3, 0).astype(np.float32)


def turned(w):
    return w[::-1, ::-1]


def as_large_as_the_larger(first, second):
    KH, KW = np.maximum(first.shape[:2], second.shape[:2])
    return merged(first, second)[:KH, :KW]


def first_swapped(first, second):
    if first.shape[2] == second.shape[3]:
        return merged(second, first)
    return merged(first, second)


RIGHT = [
    ("10-1", (5, 11520, 30976)), ("10-1", [5.0, 11520, 30976]), ("10-1", np.array([5, 11520, 30976])),
    ("10-2", dilated_field), ("10-2", backwards), ("10-2", by_package),
    ("10-3", backward), ("10-3", backward_by_loops), ("10-3", backward_by_package),
    ("10-4", waist), ("10-4", lambda *setting: floor(root(*setting))), ("10-4", lambda *s: np.float32(waist(*s))),
    ("10-5", merged), ("10-5", merge_by_gradient), ("10-5", lambda a, b: merged(a, b).tolist()),
]
WRONG = [
    ("10-1", (6, 13824, 30976), "6 capas ven 13", "6 layers see 13"),
    ("10-1", (4, 9216, 30976), "4 capas ven 9", "4 layers see 9"),
    ("10-1", (10, 23040, 30976), "un píxel por cada lado", "a pixel on each side"),
    ("10-1", (3, 1, 1), "con 3 capas no se ven 11×11", "3 layers do not see 11×11"),
    ("10-1", (5, 45, 121), "la pila: faltan los canales", "the stack: the channels are missing"),
    ("10-1", (5, 11520, 121), "el filtro único: faltan los canales", "the single filter: the channels are missing"),
    ("10-1", (5, 720, 1936), "además hay 16 filtros", "there are 16 filters as well"),
    ("10-1", (5, 2304, 30976), "la pila tiene 5", "the stack has 5"),
    ("10-1", (5, 11600, 30976), "la pila: se piden los pesos sin sesgos", "the stack: without biases"),
    ("10-1", (5, 11520, 30992), "el filtro único: sin sesgos", "the single filter: without biases"),
    ("10-1", (5, 1, 30976), "la pila no tiene 1 pesos", "the stack does not have 1 weights"),
    ("10-1", (5, 11520, 2), "el filtro único no tiene 2 pesos", "the single filter does not have 2 weights"),
    ("10-1", 5, "se esperaba la forma (3,)", "expected the shape (3,)"),
    ("10-1", "five", "se esperaban números", "expected numbers"),
    ("10-2", lambda plan: sum(K for K, _, _ in plan), "sumas los lados", "you add the sides"),
    ("10-2", lambda plan: 1 + sum(d * (K - 1) for K, _, d in plan), "no usas el paso", "stride is not used"),
    ("10-2", lambda plan: dilated_field([(K, s, 1) for K, s, _ in plan]), "no usas la dilatación",
     "dilation is not used"),
    ("10-2", own_stride, "actualiza j después de r", "update j after r"),
    ("10-2", last_stride, "los pasos se multiplican", "strides multiply"),
    ("10-2", dilated_jump, "la dilatación no separa", "dilation does not set"),
    ("10-2", lambda plan: field(plan, "gaps"), "K píxeles dejan K − 1 huecos", "K pixels leave K − 1 gaps"),
    ("10-2", lambda plan: field(plan, "adds K"), "no todo su alcance", "not all of its reach"),
    ("10-2", lambda plan: dilated_field(plan) - 1, "una salida ve 1", "an output sees 1"),
    ("10-2", lambda plan: 7, "el campo es 10; tu función da 7", "the field is 10; your function gives 7"),
    ("10-2", lambda plan: (7, 7), "se esperaba la forma ()", "expected the shape ()"),
    ("10-2", lambda: 7, "se detiene con `TypeError", "stops with `TypeError"),
    ("10-2", lambda plan: None, "devuelve None", "returns None"),
    ("10-2", 7, "debe ser una función", "must be a function"),
    ("10-3", lambda *a: backward(*a)[:2], "se piden tres cosas", "three things are asked for"),
    ("10-3", changed(dx=lambda dy, x, w, dx: dy @ w if len(w) == w.shape[1] else dx), "falta la traspuesta",
     "the transpose is missing"),
    ("10-3", changed(dx=lambda dy, x, w, dx: 2 * dx), "dx no es dy por", "dx is not dy times"),
    ("10-3", changed(dw=lambda dy, x, w, dw: dw.T), "dw está traspuesta: su forma", "dw is transposed: its shape"),
    ("10-3", changed(dw=lambda dy, x, w, dw: dw.T if len(dw) == dw.shape[1] else dw), "entradas por filas",
     "inputs by row"),
    ("10-3", changed(dw=lambda dy, x, w, dw: dw / dy[..., 0].size), "dw es una suma, no una media",
     "dw is a sum, not a mean"),
    ("10-3", changed(dw=lambda dy, x, w, dw: dw / len(x)), "dw es una suma, no una media", "dw is a sum, not a mean"),
    ("10-3", changed(dw=lambda dy, x, w, dw: x[0].reshape(-1, len(w)).T @ dy[0].reshape(-1, w.shape[1])),
     "de todas las imágenes", "over all pixels of all images"),
    ("10-3", changed(db=lambda dy, x, w, db: dy.sum(axis=0)), "no solo sobre el lote", "not over the batch alone"),
    ("10-3", changed(db=lambda dy, x, w, db: dy.sum((0, 1, 2), keepdims=True)), "su forma es (F,)",
     "its shape is (F,)"),
    ("10-3", changed(db=lambda dy, x, w, db: dy.mean((0, 1, 2))), "db es una suma", "db is a sum"),
    ("10-3", changed(db=lambda dy, x, w, db: db + 1), "db no es la suma", "db is not the sum"),
    ("10-3", in_place, "tu función cambia su entrada", "your function changes its input"),
    ("10-3", lambda dy, x, w: backward(dy, x, w.T), "se detiene con `ValueError", "stops with `ValueError"),
    ("10-4", lambda C, K, share: floor(C * sqrt(share)), "faltan los dos 1×1", "the two 1×1 are missing"),
    ("10-4", waist_like(lambda m, C, K: C * m + K * K * m * m), "hay dos 1×1", "there are two 1×1"),
    ("10-4", lambda C, K, share: max(m for m in range(C) if 2 * C * m + K * m * m <= share * K * C * C),
     "K² lugares, no K", "K² places, not K"),
    ("10-4", lambda C, K, share: max(m for m in range(2 * C) if 2 * C * m + K * K * m * m <= 2 * share * K * K * C * C),
     "con un solo K×K", "with a single K×K"),
    ("10-4", waist_like(lambda m, C, K: (2 * C + K * K) * m * m), "no con m²", "not with m²"),
    ("10-4", lambda *setting: ceil(root(*setting)), "redondeas hacia arriba", "you round up"),
    ("10-4", root, "m es un número entero", "m is a whole number"),
    ("10-4", lambda *setting: waist(*setting) - 1, "cabe uno más", "one more would fit"),
    ("10-4", lambda C, K, share: C // 4, "share = 0.5 el mayor m es", "share = 0.5 the largest m is"),
    ("10-4", lambda C, K: 7, "se detiene con `TypeError", "stops with `TypeError"),
    ("10-5", lambda a, b: merged(a, turned(b)), "`second` está girado", "`second` is turned"),
    ("10-5", lambda a, b: merged(turned(a), b), "`first` está girado", "`first` is turned"),
    ("10-5", lambda a, b: turned(merged(a, b)), "aquí nada se gira", "nothing is turned here"),
    ("10-5", first_swapped, "`first` va antes", "`first` comes first"),
    ("10-5", as_large_as_the_larger, "es mayor que los dos", "is larger than both"),
    ("10-5", lambda a, b: 2 * merged(a, b), "los números no", "the numbers are not"),
    ("10-5", lambda a, b: merged(a, b)[..., 0], "se esperaba la forma (5, 5, 1, 1)", "expected the shape (5, 5, 1, 1)"),
]


@pytest.mark.parametrize("plan", [plan for plan in PLANS if plan])
def test_the_field_is_the_package_s(plan):
    assert field(plan) == by_package(plan)


def test_the_settings_hold_what_the_exercises_are_about():
    assert any(s > 1 for plan in PLANS for _, s, _ in plan) and any(d > 1 for plan in PLANS for _, _, d in plan)
    assert all(root(*setting) % 1 > 0.01 for setting in WAISTS)
    assert any(a[2] == b[3] == a[3] > 1 for a, b in FILTERS) and any(a[0] != a[1] for a, _ in FILTERS)


@pytest.mark.parametrize("shapes", FILTERS)
def test_the_merged_filter_does_what_the_two_do(shapes):
    rng = np.random.default_rng(0)
    first, second = (rng.standard_normal(shape) for shape in shapes)
    x = rng.standard_normal((2, 7, 8, first.shape[2]))
    both, _ = conv2d_forward(conv2d_forward(x, first, None)[0], second, None)
    np.testing.assert_allclose(conv2d_forward(x, merged(first, second), None)[0], both, atol=1e-12)
