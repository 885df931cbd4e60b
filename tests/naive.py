"""The operations as nested loops, slow and plain: what the package must agree with."""

import numpy as np


def sizes(size, kernel, stride, before, after, dilation=1):
    """How many windows fit, found by trying every place."""
    reach = dilation * (kernel - 1) + 1
    return len([i for i in range(0, size + before + after, stride) if i + reach <= size + before + after])


def same_pads(size, kernel, stride, dilation=1):
    """The padding that gives ceil(size / stride) windows, the odd one at the end, found by trying."""
    total = 0
    while sizes(size, kernel, stride, 0, total, dilation) < -(-size // stride):
        total += 1
    return total // 2, total - total // 2


def conv2d(x, w, b, stride, pads, dilation=(1, 1), groups=1):
    """(N, H, W, C), (KH, KW, C / groups, F) -> (N, OH, OW, F): one number at a time."""
    (top, bottom), (left, right) = pads
    xp = np.pad(x, ((0, 0), pads[0], pads[1], (0, 0)))
    N, H, W, C = x.shape
    KH, KW, CG, F = w.shape
    OH = sizes(H, KH, stride[0], top, bottom, dilation[0])
    OW = sizes(W, KW, stride[1], left, right, dilation[1])
    y = np.zeros((N, OH, OW, F), np.float64)
    for n, i, j, f in np.ndindex(y.shape):
        group = f // (F // groups)
        y[n, i, j, f] = 0 if b is None else b[f]
        for kh, kw, c in np.ndindex(KH, KW, CG):
            pixel = xp[n, i * stride[0] + kh * dilation[0], j * stride[1] + kw * dilation[1], group * CG + c]
            y[n, i, j, f] += pixel * w[kh, kw, c, f]
    return y


def pool2d(x, pool_size, stride, pads, mean):
    """(N, H, W, C) -> (N, OH, OW, C): the maximum or mean of the pixels that each window really has."""
    (top, bottom), (left, right) = pads
    N, H, W, C = x.shape
    OH = sizes(H, pool_size[0], stride[0], top, bottom)
    OW = sizes(W, pool_size[1], stride[1], left, right)
    y = np.zeros((N, OH, OW, C), np.float64)
    for i, j in np.ndindex(OH, OW):
        r, s = i * stride[0] - top, j * stride[1] - left
        window = x[:, max(r, 0) : max(r + pool_size[0], 0), max(s, 0) : max(s + pool_size[1], 0)]
        y[:, i, j] = window.mean(axis=(1, 2)) if mean else window.max(axis=(1, 2))
    return y


def maxpool2d_gradient(x, dy, pool_size, stride, pads):
    """The gradient of a max pooling: each dy to the first maximum of its window in row order."""
    (top, bottom), (left, right) = pads
    xp = np.pad(x.astype(np.float64), ((0, 0), pads[0], pads[1], (0, 0)), constant_values=-np.inf)
    dxp = np.zeros_like(xp)
    for n, i, j, c in np.ndindex(dy.shape):
        r, s = i * stride[0], j * stride[1]
        window = xp[n, r : r + pool_size[0], s : s + pool_size[1], c]
        kh, kw = divmod(int(window.argmax()), pool_size[1])
        dxp[n, r + kh, s + kw, c] += dy[n, i, j, c]
    return dxp[:, top : xp.shape[1] - bottom, left : xp.shape[2] - right]
