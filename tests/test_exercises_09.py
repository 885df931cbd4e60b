"""The exercises of chapter 9: right answers pass in any style, each known mistake gets its own message."""

import numpy as np
from exercise_tests import *  # noqa: F403

SHAPE = (16, 14, 12)


def unread(H, W, C, K, s):
    read = np.zeros((H, W), bool)
    for i in range(0, H - K + 1, s):
        for j in range(0, W - K + 1, s):
            read[i : i + K, j : j + K] = True
    return np.sum(~read) * C


def rests(H, W, K, s):
    return (H - K) % s, (W - K) % s


def corner_twice(H, W, C, K, s):
    rows, columns = rests(H, W, K, s)
    return (rows * W + columns * H) * C


def no_corner(H, W, C, K, s):
    rows, columns = rests(H, W, K, s)
    return (rows * (W - columns) + columns * (H - rows)) * C


def cost(H, W, C, F, K, s, p, G, bias=True, divided=1, places=None):
    OH, OW = ((size + 2 * p - K) // s + 1 for size in (H, W))
    weights = K * K * (C // G) * F // divided
    return weights + F * bias, (OH * OW if places is None else places) * weights


def counted_cost(H, W, C, F, K, s, p, G):
    tops = len(range(-p, H + p - K + 1, s))
    lefts = len(range(-p, W + p - K + 1, s))
    weights = sum(K * K * C // G for _ in range(F))
    return [np.float32(weights + F), tops * lefts * weights]


def ungrouped(H, W, C, F, K, s, p, G):
    return cost(H, W, C, F, K, s, p, 1)


def times(factor):
    """A cost with its multiply-adds multiplied by what `factor` says of (F, G)."""
    def wrong(H, W, C, F, K, s, p, G):
        parameters, products = cost(H, W, C, F, K, s, p, G)
        return parameters, products * factor(F, G)
    return wrong


def expand(w, groups, in_turn=False, mirrored=False):
    KH, KW, CG, F = w.shape
    full = np.zeros((KH, KW, CG * groups, F), w.dtype)
    for f in range(F):
        g = f % groups if in_turn else f * groups // F
        g = groups - 1 - g if mirrored else g
        full[:, :, g * CG : (g + 1) * CG, f] = w[..., f]
    return full


def channels_in_turn(w, groups):
    KH, KW, CG, F = w.shape
    full = np.zeros((KH, KW, CG * groups, F))
    for f in range(F):
        full[:, :, f * groups // F :: groups, f] = w[..., f]
    return full


def changing(w, groups):
    full = expand(w, groups)
    w *= 2
    return full


RIGHT = [
    ("09-1", (SHAPE, 912)), ("09-1", [[16, 14, 12], 912.0]), ("09-1", (16, 14, 12, 912)),
    ("09-1", (np.array(SHAPE), np.float32(912))),
    ("09-2", unread), ("09-2", lambda H, W, C, K, s: float(H * W * C - (H - (H - K) % s) * (W - (W - K) % s) * C)),
    ("09-3", cost), ("09-3", counted_cost),
    ("09-4", expand), ("09-4", lambda w, groups: expand(w, groups).tolist()),
    ("09-4", lambda w, groups: expand(w, groups).astype(np.float32)),
]
WRONG = [
    ("09-1", ((12, 16, 14), 912), "los canales van al final", "channels come last"),
    ("09-1", ((16, 14, 5), 912), "tantos canales como filtros", "as many channels"),
    ("09-1", ((17, 13, 12), 912), "primero el alto", "the height comes first"),
    ("09-1", ((13, 11, 12), 912), "falta el relleno", "the padding is missing"),
    ("09-1", ((15, 12, 12), 912), "H + 2p, no H + p", "H + 2p, not H + p"),
    ("09-1", ((15, 13, 12), 912), "esos son los pasos", "those are the steps"),
    ("09-1", ((17, 14, 12), 912), "se redondea hacia abajo", "round down"),
    ("09-1", ((30, 23, 12), 912), "la forma no es (30, 23, 12)", "the shape is not (30, 23, 12)"),
    ("09-1", (SHAPE, 900), "faltan los sesgos", "the biases are missing"),
    ("09-1", (SHAPE, 905), "no por canal de entrada", "not for each input channel"),
    ("09-1", (SHAPE, 192), "falta C", "C is missing"),
    ("09-1", (SHAPE, 960), "cada rebanada", "each slice"),
    ("09-1", (SHAPE, 912 * 16 * 14), "no se multiplican por las ventanas", "not multiplied by the windows"),
    ("09-1", (SHAPE, 900 * 16 * 14), "esas son las multiplicaciones", "those are the multiply-adds"),
    ("09-1", (SHAPE, 913), "no son 913 parámetros", "there are not 913 parameters"),
    ("09-1", SHAPE, "se esperaba la forma (4,)", "expected the shape (4,)"),
    ("09-1", "many", "se esperaban números", "expected numbers"),
    ("09-1", ((16, 14), 912), "se esperaban números", "expected numbers"),
    ("09-2", lambda H, W, C, K, s: unread(H, W, 1, K, s), "faltan los canales", "the channels are missing"),
    ("09-2", corner_twice, "la esquina está contada dos veces", "the corner is counted twice"),
    ("09-2", no_corner, "falta la esquina", "the corner is missing"),
    ("09-2", lambda H, W, C, K, s: (H - K) % s * W * C, "faltan las columnas", "the columns are missing"),
    ("09-2", lambda H, W, C, K, s: (W - K) % s * H * C, "faltan las filas", "the rows are missing"),
    ("09-2", lambda H, W, C, K, s: H * W * C - unread(H, W, C, K, s), "los que sí se leen", "that are read"),
    ("09-2", lambda H, W, C, K, s: 7, "da 7 y deben ser 70", "it gives 7, and it should be 70"),
    ("09-2", 390, "debe ser una función", "must be a function"),
    ("09-3", lambda *a: cost(*a)[::-1], "el orden es", "the order is"),
    ("09-3", lambda *a: cost(*a, bias=False), "faltan los sesgos", "the biases are missing"),
    ("09-3", ungrouped, "los canales de su grupo", "the channels of its group"),
    ("09-3", lambda *a: cost(*a, divided=a[-1]), "has repartido dos veces", "you shared out twice"),
    ("09-3", lambda *a: (cost(*a)[0] - a[3] + a[2], cost(*a)[1]), "no por canal de entrada",
     "not for each input channel"),
    ("09-3", lambda *a: (a[4] ** 2 * a[3] + a[3], cost(*a)[1]), "faltan (H", "they are missing (H"),
    ("09-3", lambda *a: (1, 1), "no son 1 parámetros", "there are not 1 parameters"),
    ("09-3", lambda *a: (cost(*a)[0], cost(*a)[1] // cost(*a, bias=False)[0] * cost(*a)[0]), "el sesgo se suma",
     "the bias is added"),
    ("09-3", lambda *a: cost(*a, places=a[0] * a[1]), "no H·W", "not H·W"),
    ("09-3", lambda *a: (cost(*a)[0], cost(*a[:6], 0, a[7])[1]), "falta el relleno", "the padding is missing"),
    ("09-3", times(lambda F, G: F), "F está dos veces", "F stands twice"),
    ("09-3", times(lambda F, G: 2), "cuentan por una", "count as one"),
    ("09-3", lambda *a: cost(*a, places=1), "falta OH·OW", "OH·OW is missing"),
    ("09-3", times(lambda F, G: G), "también reparten", "share out the multiply-adds too"),
    ("09-3", times(lambda F, G: 7), "multiplicaciones (H = 12", "multiply-adds (H = 12"),
    ("09-3", lambda *a: cost(*a)[0], "se esperaba la forma (2,)", "expected the shape (2,)"),
    ("09-4", lambda w, groups: np.tile(w, (1, 1, groups, 1)), "no se repiten", "not repeated"),
    ("09-4", lambda w, groups: expand(w, groups, in_turn=True), "no alternos", "not in turn"),
    ("09-4", channels_in_turn, "no alternos", "not in turn"),
    ("09-4", lambda w, groups: expand(w, groups, mirrored=True), "la otra diagonal", "the other diagonal"),
    ("09-4", lambda w, groups: expand(w, groups) + (groups > 1), "entre grupos distintos", "between different groups"),
    ("09-4", lambda w, groups: 2 * expand(w, groups), "no son los de w", "not those of w"),
    ("09-4", lambda w, groups: w, "se esperaba la forma (3, 2, 4, 6)", "expected the shape (3, 2, 4, 6)"),
    ("09-4", changing, "cambia su entrada", "changes its input"),
    ("09-4", lambda w, groups: w[9], "se detiene con `IndexError", "stops with `IndexError"),
    ("09-4", lambda w, groups: None, "devuelve None", "returns None"),
]
