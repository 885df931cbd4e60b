"""Convolutional networks with three nested Python loops: output row, output column, filter.

This is how a first version is often written, and what cnnlib is measured against: NumPy works on one window
of the whole batch at a time, and Python walks over the windows. As in such a version, the first layer computes
the gradient to its input although nobody needs it. The mistakes that chapter 1 tells of are not repeated.

A network is stages of convolution, ReLU and 2 x 2 max pooling, then dense layers with a ReLU between them, then
softmax; AdaGrad. Parameters are a list of arrays [w, b, w, b, ...], `paddings` one number a convolution.
"""

import numpy as np


def conv_forward(x, w, b, padding):
    """x (N, H, W, C), w (KH, KW, C, F) -> y (N, OH, OW, F) and the padded x."""
    xp = np.pad(x, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    KH, KW, _, F = w.shape
    OH, OW = xp.shape[1] - KH + 1, xp.shape[2] - KW + 1
    y = np.zeros((len(x), OH, OW, F), x.dtype)
    for row in range(OH):
        for column in range(OW):
            window = xp[:, row : row + KH, column : column + KW]  # (N, KH, KW, C)
            for f in range(F):
                y[:, row, column, f] = np.sum(window * w[..., f], axis=(1, 2, 3)) + b[f]
    return y, xp


def conv_backward(dy, xp, w, padding):
    """dy (N, OH, OW, F), padded x -> dx (N, H, W, C), dw (KH, KW, C, F), db (F,)."""
    KH, KW, _, F = w.shape
    dxp, dw = np.zeros_like(xp), np.zeros_like(w)
    for row in range(dy.shape[1]):
        for column in range(dy.shape[2]):
            here = np.s_[:, row : row + KH, column : column + KW]
            for f in range(F):
                delta = dy[:, row, column, f, None, None, None]  # (N, 1, 1, 1)
                dw[..., f] += np.sum(delta * xp[here], axis=0)
                dxp[here] += delta * w[..., f]
    dx = dxp[:, padding : xp.shape[1] - padding, padding : xp.shape[2] - padding]
    return dx, dw, dy.sum(axis=(0, 1, 2))


def pool_forward(x, size):
    """x (N, H, W, C) -> the maximum of each window (N, OH, OW, C), and its place in the window."""
    N, H, W, C = x.shape
    y = np.zeros((N, H // size, W // size, C), x.dtype)
    places = np.zeros(y.shape, np.int64)
    for row in range(H // size):
        for column in range(W // size):
            for c in range(C):
                window = x[:, row * size : (row + 1) * size, column * size : (column + 1) * size, c]
                values = window.reshape(N, -1)
                places[:, row, column, c] = values.argmax(axis=1)
                y[:, row, column, c] = values.max(axis=1)
    return y, places


def pool_backward(dy, places, size):
    """dy (N, OH, OW, C) -> dx (N, OH * size, OW * size, C): each value goes to the place of its maximum."""
    N, OH, OW, C = dy.shape
    dx = np.zeros((N, OH * size, OW * size, C), dy.dtype)
    for row in range(OH):
        for column in range(OW):
            for c in range(C):
                down, right = np.divmod(places[:, row, column, c], size)
                dx[np.arange(N), row * size + down, column * size + right, c] = dy[:, row, column, c]
    return dx


def softmax_loss(z, labels):
    """z (N, K), labels (N,) -> the mean loss and dz (N, K)."""
    e = np.exp(z - z.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    images = np.arange(len(z))
    loss = -np.mean(np.log(p[images, labels]))
    p[images, labels] -= 1
    return float(loss), p / len(z)


def gradients(params, x, labels, paddings):
    """Images (N, H, W, C), labels (N,) -> the mean loss and the gradients, in the order of the parameters."""
    convs = [(w, b, padding) for w, b, padding in zip(params[0::2], params[1::2], paddings, strict=False)]
    dense = list(zip(params[2 * len(convs) :: 2], params[2 * len(convs) + 1 :: 2], strict=True))
    seen = []
    for w, b, padding in convs:
        a, xp = conv_forward(x, w, b, padding)
        x, places = pool_forward(np.maximum(a, 0), size=2)
        seen.append((a, xp, places))
    pooled, rows = x, [x.reshape(len(x), -1)]
    for w, b in dense[:-1]:
        rows.append(np.maximum(rows[-1] @ w + b, 0))
    w, b = dense[-1]
    loss, dz = softmax_loss(rows[-1] @ w + b, labels)

    grads = []
    for (w, _), row in zip(reversed(dense), reversed(rows), strict=True):
        grads = [row.T @ dz, dz.sum(axis=0), *grads]
        dz = dz @ w.T * (row > 0)
    dx = dz.reshape(pooled.shape)
    for (w, _, padding), (a, xp, places) in zip(reversed(convs), reversed(seen), strict=True):
        da = pool_backward(dx, places, size=2) * (a > 0)
        dx, dw, db = conv_backward(da, xp, w, padding)
        grads = [dw, db, *grads]
    return loss, grads


def train_step(params, squares, x, labels, paddings, lr):
    """One step of AdaGrad on a batch, in place -> the mean loss before it."""
    loss, grads = gradients(params, x, labels, paddings)
    for w, h, dw in zip(params, squares, grads, strict=True):
        h += dw * dw
        w -= lr * dw / (np.sqrt(h) + 1e-10)
    return loss
