"""The exercises of chapter 4: right answers pass in any style, each known mistake gets its own message."""

import numpy as np
from exercise_tests import *  # noqa: F403

from cnnlib.conv import conv2d_forward
from cnnlib.pool import avgpool2d_backward, avgpool2d_forward, maxpool2d_backward, maxpool2d_forward

DX = [[0, 0, 0, 0, 0, 20], [10, 0, 0, 0, 0, 0], [30, 0, 0, 0, 40, 0], [0, 0, 0, 0, 0, 0]]
LAST = [[0, 0, 0, 0, 0, 0], [10, 0, 0, 20, 0, 0], [0, 0, 0, 0, 40, 0], [0, 30, 0, 0, 0, 0]]
BY_COLUMNS = [[0, 0, 0, 0, 0, 0], [10, 0, 0, 20, 0, 0], [30, 0, 0, 0, 40, 0], [0, 0, 0, 0, 0, 0]]
ALL = [[0, 0, 0, 0, 0, 20], [10, 0, 0, 20, 0, 0], [30, 0, 30, 0, 40, 0], [0, 30, 0, 0, 0, 0]]
EVEN = [[0, 0, 0, 0, 0, 10], [10, 0, 0, 10, 0, 0], [10, 0, 10, 0, 40, 0], [0, 10, 0, 0, 0, 0]]
MEAN = np.array([[10, 20], [30, 40]]).repeat(2, axis=0).repeat(3, axis=1) / 6
UNITS = np.sign(DX)
SWAPPED = [[0, 0, 0, 0, 0, 30], [10, 0, 0, 0, 0, 0], [20, 0, 0, 0, 40, 0], [0, 0, 0, 0, 0, 0]]

# 04-2


def split(x, KH, KW, order=(0, 1, 2, 3), axes=(2, 4)):
    """The solution, with the parts (OH, KH, OW, KW) of the reshape and the axes of the maximum to choose."""
    N, H, W, C = x.shape
    parts = np.array([H // KH, KH, W // KW, KW])[list(order)]
    return x[:, : H // KH * KH, : W // KW * KW].reshape(N, *parts, C).max(axis=axes)


def pool_loop(x, KH, KW):
    N, H, W, C = x.shape
    y = np.zeros((N, H // KH, W // KW, C), np.float32)
    for i, j in np.ndindex(y.shape[1:3]):
        y[:, i, j] = x[:, i * KH : (i + 1) * KH, j * KW : (j + 1) * KW].max(axis=(1, 2))
    return y.tolist()


def no_crop(x, KH, KW):
    N, H, W, C = x.shape
    return x.reshape(N, H // KH, KH, W // KW, KW, C).max(axis=(2, 4))


# 04-3


def shares(dy, shape, KH, KW, divisor=None):
    """The solution, with another divisor if given."""
    share = (dy / (divisor or KH * KW)).repeat(KH, axis=1).repeat(KW, axis=2)
    dx = np.zeros(shape)
    dx[:, : share.shape[1], : share.shape[2]] = share
    return dx


def shares_loop(dy, shape, KH, KW):
    dx = np.zeros(shape, np.float32)
    for n, i, j, c in np.ndindex(dy.shape):
        dx[n, i * KH : (i + 1) * KH, j * KW : (j + 1) * KW, c] = dy[n, i, j, c] / KH / KW
    return dx


def shares_by_library(dy, shape, KH, KW):
    return avgpool2d_backward(dy, avgpool2d_forward(np.zeros(shape), (KH, KW))[1])


def corner(dy, shape, KH, KW):
    dx = np.zeros(shape)
    dx[:, : dy.shape[1] * KH : KH, : dy.shape[2] * KW : KW] = dy
    return dx


# 04-4


def winners(dy, x, size, stride, unravel=None, place=np.argmax, dtype=np.float64, add=True):
    """The solution, with each of its steps to choose."""
    dx = np.zeros(x.shape, dtype or x.dtype)
    for i, j in np.ndindex(dy.shape):
        top, left = i * stride[0], j * stride[1]
        window = x[top : top + size[0], left : left + size[1]]
        u, v = (unravel or (lambda k, size: divmod(k, size[1])))(int(place(window)), size)
        dx[top + u, left + v] = dy[i, j] + add * dx[top + u, left + v]
    return dx


def winners_by_library(dy, x, size, stride):
    _, cache = maxpool2d_forward(x[None, :, :, None], size, stride)
    return maxpool2d_backward(dy[None, :, :, None], cache)[0, :, :, 0].tolist()


def last_place(window):
    return np.flatnonzero(window == window.max())[-1]


def tied(share):
    def backward(dy, x, size, stride):
        dx = np.zeros(x.shape)
        for i, j in np.ndindex(dy.shape):
            here = np.s_[i * stride[0] : i * stride[0] + size[0], j * stride[1] : j * stride[1] + size[1]]
            wins = x[here] == x[here].max()
            dx[here] += dy[i, j] * wins / (wins.sum() if share else 1)
        return dx

    return backward


def changes_its_input(dy, x, size, stride):
    dy *= 2
    return winners(dy, x, size, stride)


# 04-5


def blur_pool(x, first=1, scale=16, second=2, padding=0, blur_first=False):
    """The solution, with each of its settings to choose."""
    blur = np.outer([1, 2, 1], [1, 2, 1])[:, :, None, None] / scale
    y = x[None, :, :, None]
    if blur_first:
        return maxpool2d_forward(conv2d_forward(y, blur, None)[0], 2, second)[0][0, :, :, 0]
    y, _ = maxpool2d_forward(y, 2, first)
    return conv2d_forward(y, blur, None, second, padding)[0][0, :, :, 0]


def blur_loop(x):
    peaks = [[x[i : i + 2, j : j + 2].max() for j in range(x.shape[1] - 1)] for i in range(x.shape[0] - 1)]
    peaks, blur = np.array(peaks), np.outer([1, 2, 1], [1, 2, 1]) / 16
    rows, columns = range(0, len(peaks) - 2, 2), range(0, len(peaks[0]) - 2, 2)
    return [[float(np.sum(peaks[i : i + 3, j : j + 3] * blur)) for j in columns] for i in rows]


RIGHT = [
    ("04-1", DX), ("04-1", np.float32(DX)), ("04-1", np.array(DX)),
    ("04-2", split), ("04-2", pool_loop), ("04-2", lambda x, KH, KW: maxpool2d_forward(x, (KH, KW))[0]),
    ("04-3", shares), ("04-3", shares_loop), ("04-3", shares_by_library),
    ("04-4", winners), ("04-4", winners_by_library), ("04-4", lambda *setting: np.float32(winners(*setting))),
    ("04-4", lambda *setting: winners(*setting, unravel=np.unravel_index)),
    ("04-5", blur_pool), ("04-5", blur_loop),
]
WRONG = [
    ("04-4", lambda *setting: "dx", "se esperaban números", "expected numbers"),
    ("04-1", LAST, "has elegido al último", "you chose the last"),
    ("04-1", BY_COLUMNS, "has leído por columnas", "you read by columns"),
    ("04-1", ALL, "no va a todos", "does not go to all"),
    ("04-1", EVEN, "no se reparte", "it is not shared"),
    ("04-1", MEAN, "eso es el reparto de la media", "those are the shares of the mean"),
    ("04-1", [[6, 3], [4, 7]], "eso son los máximos", "those are the maxima"),
    ("04-1", UNITS, "pon en cada uno su `dy`", "put its `dy` in each"),
    ("04-1", SWAPPED, "`dy` está traspuesto", "`dy` is transposed"),
    ("04-1", np.zeros((4, 6)), "en la fila 0, columna 5 no va 0", "0 is wrong at row 0, column 5"),
    ("04-1", [[1, 2], [3]], "se esperaban números", "expected numbers"),
    ("04-1", np.zeros((2, 3)), "se esperaba la forma (4, 6)", "expected the shape (4, 6)"),
    ("04-1", "seven", "se esperaban números", "expected numbers"),
    ("04-2", lambda x, KH, KW: avgpool2d_forward(x, (KH, KW))[0], "eso son las medias", "those are the means"),
    ("04-2", lambda x, KH, KW: split(x, KH, KW, (1, 0, 3, 2), (1, 3)), "en otro orden", "in another order"),
    ("04-2", lambda x, KH, KW: split(x, KH, KW, axes=(1, 3)), "debe recorrer su interior", "should run inside them"),
    ("04-2", lambda x, KH, KW: split(x, KH, KW, axes=(2, 4, 5)), "mezcla los canales", "mixes channels"),
    ("04-2", lambda x, KH, KW: split(x, KW, KH), "has cambiado KH por KW", "you swapped KH and KW"),
    ("04-2", lambda x, KH, KW: maxpool2d_forward(x, (KH, KW), padding="same")[0], "sobran ventanas", "too many"),
    ("04-2", no_crop, "cannot reshape", "cannot reshape"),
    ("04-2", lambda x, KH, KW: -split(x, KH, KW), "los números no (x (2, 4, 6, 3), KH = 2", "numbers are not (x"),
    ("04-2", lambda x, KH, KW: split(x, KH, KW)[0], "se esperaba la forma", "expected the shape"),
    ("04-3", lambda dy, shape, KH, KW: shares(dy, shape, KH, KW, KH + KW), "3×2 tu gradiente sale multiplicado por 1.2",
     "for a 3×2 window your gradient is multiplied by 1.2: do you divide by h + w instead of h · w?"),
    ("04-3", lambda dy, shape, KH, KW: shares(dy, shape, KH, KW, 1), "`dy` entero", "all of `dy`"),
    ("04-3", lambda dy, shape, KH, KW: shares(dy, shape, KH, KW, KW), "solo por KW", "by KW only"),
    ("04-3", lambda dy, shape, KH, KW: shares(dy, shape, KH, KW, KH), "solo por KH", "by KH only"),
    ("04-3", lambda dy, shape, KH, KW: shares(dy, shape, KH, KW)[:, : dy.shape[1] * KH, : dy.shape[2] * KW],
     "que ninguna ventana lee", "that no window reads"),
    ("04-3", corner, "como el máximo", "as the maximum does"),
    ("04-3", lambda dy, shape, KH, KW: -shares(dy, shape, KH, KW), "los números no (dy", "the numbers are not (dy"),
    ("04-4", lambda *s: winners(*s, unravel=lambda k, size: divmod(k, size[0])), "*anchura*", "the *width*"),
    ("04-4", lambda *s: winners(*s, unravel=lambda k, size: (k // size[0], k % size[1])), "*anchura*", "the *width*"),
    ("04-4", lambda *s: winners(*s, dtype=None), "pierde los decimales", "loses its decimals"),
    ("04-4", lambda *s: winners(*s, add=False), "recibe de las dos", "receives from both"),
    ("04-4", tied(share=False), "creas gradiente", "you create gradient"),
    ("04-4", tied(share=True), "en los empates repartes", "on ties you share it out"),
    ("04-4", lambda *s: winners(*s, place=last_place), "has elegido al último", "you chose the last"),
    ("04-4", lambda dy, x, size, stride: winners(dy, x, size, size)[: len(x)], "se detiene con", "stops with"),
    ("04-4", lambda *s: 2 * winners(*s), "dx suma", "dx adds up to"),
    ("04-4", lambda *s: winners(*s).T, "se esperaba la forma", "expected the shape"),
    ("04-4", changes_its_input, "cambia su entrada", "changes its input"),
    ("04-4", lambda *s: None, "devuelve None", "returns None"),
    ("04-4", DX, "debe ser una función", "must be a function"),
    ("04-5", lambda x: blur_pool(x, first=2), "los máximos van con paso 1", "the maxima have stride 1"),
    ("04-5", lambda x: blur_pool(x, scale=1), "por 16", "by 16"),
    ("04-5", lambda x: blur_pool(x, second=1), "va con paso 2", "has stride 2"),
    ("04-5", lambda x: blur_pool(x, blur_first=True), "primero los máximos", "maxima first"),
    ("04-5", lambda x: blur_pool(x, second=1, blur_first=True)[::2, ::2], "primero los máximos", "maxima first"),
    ("04-5", lambda x: blur_pool(x, padding=1), "sin relleno", "no padding"),
    ("04-5", lambda x: maxpool2d_forward(x[None, :, :, None])[0][0, :, :, 0], "de siempre", "ordinary pooling"),
    ("04-5", lambda x: -blur_pool(x), "los números no (x (6, 8))", "the numbers are not (x (6, 8))"),
]
