"""The exercises of chapter 5: right answers pass in any style, each known mistake gets its own message."""

import numpy as np
from exercise_tests import *  # noqa: F403

from cnnlib.conv import conv2d_forward
from cnnlib.dense import Flatten, dense_forward
from cnnlib.pool import global_avgpool2d_forward

VIEWS = [True, True, False, True, False, True]


def first(x):
    return np.asarray(x).transpose(0, 3, 1, 2).reshape(len(x), -1)


def first_by_loops(x):
    rows = []
    for image in x:
        H, W, C = image.shape
        rows.append([image[i, j, c] for c in range(C) for i in range(H) for j in range(W)])
    return rows


def first_by_memory(x):
    """Right for an array in the usual order, wrong for any other: it reads the strip of memory."""
    strip = x.ravel(order="K").reshape(x.shape)
    return first(strip)


def in_place(x):
    x *= 2
    return first(x)


def spread(w, H, W):
    return np.tile(w, (H * W, 1)) / (H * W)


def spread_by_loops(w, H, W):
    return [[float(weight) / (H * W) for weight in row] for _ in range(H) for _ in range(W) for row in w]


def spread_by_gradient(w, H, W):
    """The layer of the mean, fed one unit image for each place."""
    C = len(w)
    units = np.eye(H * W * C, dtype=np.float32).reshape(-1, H, W, C)
    means, _ = global_avgpool2d_forward(units)
    return means @ w.astype(np.float32)


def filters(w, H, W):
    return w.reshape(-1, H, W, w.shape[1]).transpose(1, 2, 0, 3)


def filters_by_index(w, H, W):
    D, U = w.shape
    C = D // (H * W)
    out = np.zeros((H, W, C, U), np.float32)
    for i, j, c in np.ndindex(H, W, C):
        out[i, j, c] = w[(c * H + i) * W + j]
    return out


def swapped(w, H, W):
    return w.reshape(-1, W, H, w.shape[1]).transpose(2, 1, 0, 3)


RIGHT = [
    ("05-1", (8, 13, 1)), ("05-1", [8, 13, 1]), ("05-1", np.array([8.0, 13, 1])), ("05-1", np.float32([8, 13, 1])),
    ("05-2", first), ("05-2", first_by_loops), ("05-2", lambda x: first(x).astype(np.float32)),
    ("05-2", lambda x: np.moveaxis(x, -1, 1).reshape(len(x), -1)),
    ("05-3", VIEWS), ("05-3", tuple(map(int, VIEWS))), ("05-3", np.array(VIEWS)),
    ("05-3", ["view", "view", "copy", "view", "copy", "view"]),
    ("05-3", ["vista", "Vista", "copia", "vista", "copia", "vista"]),
    ("05-4", spread), ("05-4", spread_by_loops), ("05-4", spread_by_gradient),
    ("05-5", filters), ("05-5", filters_by_index), ("05-5", lambda w, H, W: filters(w, H, W).tolist()),
]
WRONG = [
    ("05-1", (1, 7, 5), "con los canales primero: aquí", "channels first: here"),
    ("05-1", (5, 1, 7), "con los canales primero, y", "channels first, and"),
    ("05-1", (1, 8, 13), "se pide (fila, columna, canal)", "asked for is (row, column, channel)"),
    ("05-1", (13, 8, 1), "la fila por la columna", "swapped row and column"),
    ("05-1", (9, 14, 2), "los índices empiezan en 0", "indices begin at 0"),
    ("05-1", (8, 13, 0), "ese es el lugar anterior", "that is the place before"),
    ("05-1", (2, 3, 4), "va al lugar 252, no al 1001", "goes to place 252, not to 1001"),
    ("05-1", (0, 0, 1001), "no está en los mapas", "is not in the maps"),
    ("05-1", 1001, "se esperaba la forma (3,)", "expected the shape (3,)"),
    ("05-1", "row 8", "se esperaban números", "expected numbers"),
    ("05-2", lambda x: x.reshape(len(x), -1), "`reshape` no mueve ejes", "`reshape` moves no axes"),
    ("05-2", lambda x: x.reshape(len(x), x.shape[3], -1).reshape(len(x), -1), "`reshape` no mueve", "moves no axes"),
    ("05-2", lambda x: x.transpose(0, 3, 2, 1).reshape(len(x), -1), "por columnas", "column by column"),
    ("05-2", lambda x: x.transpose(3, 1, 2, 0).reshape(len(x), -1), "el eje del lote no se mueve", "batch stays"),
    ("05-2", lambda x: x.reshape(-1, len(x)).T, "el eje del lote no se toca", "batch is left alone"),
    ("05-2", lambda x: x.transpose(0, 3, 1, 2), "falta ponerlos en fila", "still to be lined up"),
    ("05-2", lambda x: x.transpose(0, 3, 1, 2).ravel(), "aplanado también el lote", "flattened the batch as well"),
    ("05-2", lambda x: 2 * first(x), "los números no", "the numbers are not"),
    ("05-2", first_by_memory, "por índices, no por memoria", "by index, not by memory"),
    ("05-2", lambda x: x.shape, "se esperaba la forma (2, 60)", "expected the shape (2, 60)"),
    ("05-2", lambda x: [[1], [1, 2]], "se esperaban números", "expected numbers"),
    ("05-2", in_place, "cambia su entrada", "changes its input"),
    ("05-2", lambda x: x.reshape(7, 7), "se detiene con `ValueError", "stops with `ValueError"),
    ("05-2", lambda x: None, "devuelve None", "returns None"),
    ("05-2", first(np.ones((1, 2, 2, 1))), "debe ser una función", "must be a function"),
    ("05-3", [not view for view in VIEWS], "todo del revés", "the other way around"),
    ("05-3", [False, *VIEWS[1:]], "la 1.ª no", "not number 1"),
    ("05-3", [True, False, *VIEWS[2:]], "la 2.ª no: trasponer", "not number 2: to transpose"),
    ("05-3", [True] * 6, "la 3.ª no", "not number 3"),
    ("05-3", [True, True, False, False, False, True], "la 4.ª no", "not number 4"),
    ("05-3", [True, True, False, True, True, True], "la 5.ª no: una lista", "not number 5: a list"),
    ("05-3", [True, True, False, True, False, False], "la 6.ª no", "not number 6"),
    ("05-3", [1, 1, 0, 1, 0, 2], "se espera True o False", "expected True or False"),
    ("05-3", [True, False], "se esperaba la forma (6,)", "expected the shape (6,)"),
    ("05-3", ["yes"] * 6, "se esperaban números", "expected numbers"),
    ("05-4", lambda w, H, W: np.tile(w, (H * W, 1)), "la suma, no la media", "the sum, not the mean"),
    ("05-4", lambda w, H, W: np.repeat(w, H * W, axis=0) / (H * W), "seguidas: ese", "in succession: that"),
    ("05-4", lambda w, H, W: np.repeat(w, H * W, axis=0), "falta dividir", "and do not divide"),
    ("05-4", lambda w, H, W: np.tile(w, (H * W, 1)) / (H + W), "entre H + W", "by H + W"),
    ("05-4", lambda w, H, W: spread(w, H, W) / len(w), "entre H·W·C", "by H·W·C"),
    ("05-4", lambda w, H, W: spread(w, H, W).reshape(H, W, *w.shape), "la forma de una densa", "shape of a dense"),
    ("05-4", lambda w, H, W: spread(w, W, H) + 1, "los números no", "the numbers are not"),
    ("05-4", lambda w, H, W: w, "se esperaba la forma (30, 4)", "expected the shape (30, 4)"),
    ("05-4", lambda w: w, "se detiene con `TypeError", "stops with `TypeError"),
    ("05-5", lambda w, H, W: w.reshape(H, W, -1, w.shape[1]), "como si llevaran los canales al final", "as if"),
    ("05-5", swapped, "no (C, W, H)", "not (C, W, H)"),
    ("05-5", lambda w, H, W: w.reshape(-1, H, W, w.shape[1]), "llevar los canales detrás", "still to move back"),
    ("05-5", lambda w, H, W: filters(w, H, W).transpose(1, 0, 2, 3), "las filas por las columnas", "swapped rows"),
    ("05-5", lambda w, H, W: filters(w, H, W)[::-1, ::-1], "has girado los filtros", "you turned the filters"),
    ("05-5", lambda w, H, W: filters(w, H, W).reshape(w.shape), "la forma de unos filtros", "the shape of filters"),
    ("05-5", lambda w, H, W: -filters(w, H, W), "los números no", "the numbers are not"),
    ("05-5", lambda w, H, W: w, "se esperaba la forma (2, 5, 3, 4)", "expected the shape (2, 5, 3, 4)"),
]


def test_what_exercise_4_asks_for_is_what_the_layers_compute():
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(2, 3, 5, 4)), rng.normal(size=(4, 6))
    means, _ = global_avgpool2d_forward(x)
    rows, _ = Flatten().forward(x)
    np.testing.assert_allclose(dense_forward(rows, spread(w, 3, 5), None)[0], dense_forward(means, w, None)[0])


def test_what_exercise_5_asks_for_is_what_the_layers_compute():
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(2, 3, 5, 4)), rng.normal(size=(60, 6))
    y, _ = conv2d_forward(x, filters(w, 3, 5), None)
    np.testing.assert_allclose(y[:, 0, 0], first(x) @ w)
