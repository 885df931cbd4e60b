"""The exercises of chapter 2: right answers pass in any style, each known mistake gets its own message."""

import numpy as np
from exercise_tests import *  # noqa: F403

from cnnlib.conv import conv2d_forward

DX = [[0, 0, 0, 0], [0, 1, -3, 3], [0, -1, 2, 0], [0, 0, -2, 0]]
TURNED_DX = [[0, -1, 0, 0], [0, 4, -5, 0], [0, 0, 2, 0], [0, 0, 0, 0]]
SWAPPED_DX = [[0, 0, 0, 0], [0, -1, 4, 0], [0, 0, -5, 2], [0, 0, 0, 0]]
TRANSPOSED_DX = [[0, 0, 0, 0], [0, 1, 0, 0], [0, -4, 5, 0], [0, 0, -2, 0]]
RING = [(i, j) for i in range(4) for j in range(4) if i in (0, 3) or j in (0, 3)]
SILENT = [(0, 0), (0, 1), (0, 2), (0, 3), (1, 0), (2, 0), (3, 0), (3, 3)]
REACHED = [(1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (2, 3), (3, 1), (3, 2)]
# One unit around the loop of four pixels, in the order (i, j, f).
LOOP = np.array([[[1, 1], [-1, 0]], [[0, -1], [0, 0]]])


def matrix(w, H, W):
    """Filters (KH, KW, C, F), a size -> the matrix of the convolution, entry by entry, without the layer."""
    KH, KW, C, F = w.shape
    OH, OW = H - KH + 1, W - KW + 1
    A = np.zeros((F, OH, OW, H, W, C), w.dtype)
    for f, i, j in np.ndindex(F, OH, OW):
        A[f, i, j, i : i + KH, j : j + KW] = w[..., f]
    return A.reshape(F * OH * OW, H * W * C)


def through_the_layer(w, H, W):
    C = w.shape[2]
    units = np.eye(H * W * C, dtype=np.float32).reshape(-1, H, W, C)
    y, _ = conv2d_forward(units, w, None)
    return y.transpose(3, 1, 2, 0).reshape(-1, len(units)).tolist()


def pixels_first(w, H, W):
    KH, KW, _, F = w.shape
    A = matrix(w, H, W).reshape(F, H - KH + 1, W - KW + 1, -1)
    return A.transpose(1, 2, 0, 3).reshape(-1, A.shape[-1])


RIGHT = [
    ("02-1", 7), ("02-1", 7.0), ("02-1", np.float32(7)), ("02-1", [[7]]),
    ("02-2", DX), ("02-2", np.float32(DX)), ("02-2", np.reshape(DX, (1, 4, 4, 1))), ("02-2", np.ravel(DX)),
    ("02-3", SILENT), ("02-3", set(SILENT)), ("02-3", np.array(SILENT[::-1])),
    ("02-3", [[(i, j) in SILENT for j in range(4)] for i in range(4)]),
    ("02-4", matrix), ("02-4", through_the_layer),
    ("02-5", LOOP), ("02-5", -2.5 * LOOP[None]), ("02-5", (1e-9 * LOOP).tolist()),
]
WRONG = [
    ("02-1", 1, "la fila va primero", "the row comes first"),
    ("02-1", -1, "ventana equivocada", "on the wrong window"),
    ("02-1", 9, "ventana equivocada", "on the wrong window"),
    ("02-1", 33, "has girado el filtro", "you turned the filter"),
    ("02-1", 13, "las filas del filtro por sus columnas", "rows of the filter and its columns"),
    ("02-1", 8, "no es 8", "it is not 8"),
    ("02-1", np.nan, "no es nan", "it is not nan"),
    ("02-1", [1, 2], "se pide un solo número", "one number is asked for"),
    ("02-1", "seven", "se esperaban números", "expected numbers"),
    ("02-2", [[1, -3], [-1, 2]], "bloque interior", "inner block"),
    ("02-2", TURNED_DX, "has girado los filtros", "you turned the filters"),
    ("02-2", SWAPPED_DX, "el filtro del otro canal", "the filter of the other channel"),
    ("02-2", TRANSPOSED_DX, "las filas de la delta", "the rows of delta"),
    ("02-2", np.abs(DX), "en la fila 1, columna 2 no va 3", "3 is wrong at row 1, column 2"),
    ("02-2", [[1], [1, 2]], "se esperaban números", "expected numbers"),
    ("02-3", REACHED, "se piden los demás", "the others are asked for"),
    ("02-3", SILENT + [(1, 3), (2, 3)], "solo el filtro 0", "filter 0 alone"),
    ("02-3", RING, "el píxel (1, 3) sí recibe", "the pixel (1, 3) does receive"),
    ("02-3", SILENT[:-1], "falta 1", "1 missing"),
    ("02-3", SILENT[:3], "faltan 5", "5 missing"),
    ("02-3", [(i + 1, j + 1) for i, j in SILENT], "van de 0 a 3", "go from 0 to 3"),
    ("02-3", [], "se esperaba la forma", "expected the shape"),
    ("02-3", 8, "se esperaba la forma", "expected the shape"),
    ("02-4", lambda w, H, W: matrix(w, H, W).T, "forma de la traspuesta", "shape of the transpose"),
    ("02-4", pixels_first, "en el orden (i, j, f)", "in the order (i, j, f)"),
    ("02-4", lambda w, H, W: matrix(w[::-1, ::-1], H, W), "el filtro está girado", "the filter is turned"),
    ("02-4", lambda w, H, W: 2 * matrix(w, H, W), "los números no", "the numbers are not"),
    ("02-4", lambda w, H, W: matrix(w, W, H), "los números no (w (2, 2, 1, 1), H = 5", "H = 5, W = 3"),
    ("02-4", matrix(np.ones((3, 3, 1, 2)), 4, 4), "debe ser una función", "must be a function"),
    ("02-5", 0 * LOOP, "una delta de ceros no vale", "a delta of zeros does not count"),
    ("02-5", LOOP * np.nan, "no son finitos", "not finite"),
    ("02-5", LOOP.transpose(2, 0, 1), "los canales van al final", "channels come last"),
    ("02-5", np.ones((2, 2, 2)), "todavía llega", "still arrives"),
    ("02-5", np.ones((4, 4)), "se esperaba la forma (2, 2, 2)", "expected the shape (2, 2, 2)"),
]
