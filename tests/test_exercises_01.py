"""The checks of chapter 1's exercises: right answers pass, each known mistake gets its own sentence."""

import numpy as np
from exercise_tests import *  # noqa: F403

from cnnlib.exercises import check


def forward(x, w, s):
    (H, W), (KH, KW) = x.shape, w.shape
    y = np.zeros(((H - KH) // s + 1, (W - KW) // s + 1))
    for i, j in np.ndindex(y.shape):
        y[i, j] = np.sum(x[i * s : i * s + KH, j * s : j * s + KW] * w)
    return y


def backward(dy, w, shape, s):
    dx, (KH, KW) = np.zeros(shape), w.shape
    for i, j in np.ndindex(dy.shape):
        dx[i * s : i * s + KH, j * s : j * s + KW] += dy[i, j] * w
    return dx


def widened(x, w):
    KH, KW = w.shape
    return np.pad(x, ((KH - 1, KH - 1), (KW - 1, KW - 1)))


def convolve(x, w):
    return forward(widened(x, w), w[::-1, ::-1], 1)


def convolve_by_shares(x, w):
    """A second road: every pixel hands out the filter."""
    y = np.zeros((x.shape[0] + w.shape[0] - 1, x.shape[1] + w.shape[1] - 1))
    for i, j in np.ndindex(x.shape):
        y[i : i + w.shape[0], j : j + w.shape[1]] += x[i, j] * w
    return y


def forward_small(x, w, s):
    (H, W), (KH, KW) = x.shape, w.shape
    return forward(x, w, s)[: (H - KH + 1) // s, : (W - KW + 1) // s]


def forward_dense(x, w, s):
    return forward(x, w, 1)[: (x.shape[0] - w.shape[0]) // s + 1, : (x.shape[1] - w.shape[1]) // s + 1]


def backward_last(dy, w, shape, s):
    dx, (KH, KW) = np.zeros(shape), w.shape
    for i, j in np.ndindex(dy.shape):
        dx[i * s : i * s + KH, j * s : j * s + KW] = dy[i, j] * w
    return dx


def backward_stride_one(dy, w, shape, s):
    dx, (KH, KW) = np.zeros(shape), w.shape
    for i, j in np.ndindex(dy.shape):
        dx[i : i + KH, j : j + KW] += dy[i, j] * w
    return dx


def backward_read_only(dy, w, shape, s):
    read = [(n - 1) * s + k for n, k in zip(dy.shape, w.shape, strict=True)]
    return backward(dy, w, read, s)


def changes_its_input(x, w, s):
    x[0, 0] = 0
    return forward(x, w, s)


RIGHT = [
    ("01-1", (9, 6)),
    ("01-1", [9.0, 6.0]),
    ("01-1", np.array([9, 6], np.int8)),
    ("01-2", [[1, 0, -1]] * 3),
    ("01-2", np.float32([[0, 0, 0], [0.25, 0, -0.25], [0, 0, 0]])),
    ("01-2", [[3, 0, -3], [10, 0, -10], [3, 0, -3]]),
    ("01-2", [[1, -1, 0]] * 3),
    ("01-2", np.reshape([1e3, 0, -1e3] * 3, (3, 3, 1, 1))),
    ("01-3", forward),
    ("01-3", lambda x, w, s: forward(x, w, s).tolist()),
    ("01-3", lambda x, w, s: forward(x, w, s).astype(np.float32)),
    ("01-4", backward),
    ("01-4", lambda dy, w, shape, s: backward(dy, w, shape, s).astype(np.float32)),
    ("01-5", convolve),
    ("01-5", convolve_by_shares),
    ("01-5", lambda x, w: convolve(w, x)),
]

# The exercise, a wrong answer, a word of the sentence in Spanish, one in English.
WRONG = [
    ("01-1", (6, 9), "primero las filas", "rows first"),
    ("01-1", (9, 5), "fuera de la división", "outside the division"),
    ("01-1", (7, 4), "falta el relleno", "padding is missing"),
    ("01-1", (8, 5), "por los dos lados", "both sides"),
    ("01-1", (18, 11), "paso 1", "stride 1"),
    ("01-1", (10, 5), "no al revés", "not the other way"),
    ("01-1", (10, 6), "haz la lista", "list the rows"),
    ("01-1", 54, "forma (2,)", "shape (2,)"),
    ("01-1", "9x6", "llegó str", "got str"),
    ("01-2", [[-1, 0, 1]] * 3, "cambia el signo", "change the sign"),
    ("01-2", [[1, 1, 1], [0, 0, 0], [-1, -1, -1]], "está girado", "lies on its side"),
    ("01-2", [[1, 0, 0]] * 3, "suman cero", "add up to zero"),
    ("01-2", [[2, 0, -1], [1, 0, -1], [0, 0, -1]], "cada fila", "each row"),
    ("01-2", [[0, 1, 0], [1, -4, 1], [0, 1, 0]], "cada fila", "each row"),
    ("01-2", [[1, -2, 1]] * 3, "solo positivos", "positive ones only"),
    ("01-2", np.zeros((3, 3)), "no responde a nada", "responds to nothing"),
    ("01-2", np.full((3, 3), np.nan), "finitos", "finite"),
    ("01-2", [1, 0, -1], "forma (3, 3)", "shape (3, 3)"),
    ("01-3", forward_small, "fuera de la división", "outside the division"),
    ("01-3", lambda x, w, s: forward(x, w, 1), "falta usar s", "s is not used"),
    ("01-3", forward_dense, "de una en una", "move by one"),
    ("01-3", lambda x, w, s: forward(x, w[::-1, ::-1], s), "has girado", "turned the filter"),
    ("01-3", lambda x, w, s: forward(x, w, s).T, "traspuesto", "transposed"),
    ("01-3", lambda x, w, s: forward(x, w, s) + 1, "los números no", "the numbers are not"),
    ("01-3", lambda x, w, s: 0, "se esperaba la forma", "expected the shape"),
    ("01-3", lambda x, w, s: None, "return", "return"),
    ("01-3", lambda x, w: 0, "se detiene", "stops with"),
    ("01-3", changes_its_input, "cambia su entrada", "changes its input"),
    ("01-3", 7, "debe ser una función", "must be a function"),
    ("01-4", backward_last, "+=", "+="),
    ("01-4", lambda dy, w, shape, s: backward(dy, w[::-1, ::-1], shape, s), "está girado", "is turned"),
    ("01-4", backward_read_only, "ninguna ventana lee", "no window reads"),
    ("01-4", backward_stride_one, "de una en una", "move by one"),
    ("01-4", lambda dy, w, shape, s: 2 * backward(dy, w, shape, s), "los números no", "the numbers are not"),
    ("01-5", lambda x, w: forward(widened(x, w), w, 1), "correlación cruzada", "cross-correlation"),
    ("01-5", lambda x, w: forward(widened(x, w), w[::-1], 1), "de arriba abajo", "upside down only"),
    ("01-5", lambda x, w: forward(widened(x, w), w[:, ::-1], 1), "de lado a lado", "left to right only"),
    ("01-5", lambda x, w: forward(x, w[::-1, ::-1], 1), "superposiciones", "overlaps"),
]


def test_any_positive_detector_of_bright_to_dark_passes():
    rng = np.random.default_rng(0)
    for a, c in rng.uniform(0.1, 1, size=(20, 2)):
        rows = rng.uniform(0.1, 1, size=3)
        assert check("01-2", np.outer(rows, [a, c - a, -c]), "en")
