"""Windows over an image and their adjoint: what convolution and pooling have in common."""

from functools import lru_cache

import numpy as np
from numpy.lib.stride_tricks import as_strided

from cnnlib.arrays import Array, Padding, Pads, Pair, batch_innermost, full_images, turn
from cnnlib.checks import integer, pair


def span(kernel_size: int, dilation: int) -> int:
    """How many pixels a kernel reaches over when the pixels it reads stand `dilation` apart."""
    return dilation * (kernel_size - 1) + 1


def axis_pads(size: int, kernel_size: int, stride: int, padding: int | str, dilation: int) -> Pair:
    """The rows (or columns) of padding before and after an axis of `size` pixels."""
    if padding == "valid":
        return 0, 0
    if padding == "same":
        wanted = -(-size // stride)
        total = max((wanted - 1) * stride + span(kernel_size, dilation) - size, 0)
        return total // 2, total - total // 2
    if isinstance(padding, str):
        raise ValueError(f'padding must be an integer, a pair, "same" or "valid"; got {padding!r}')
    padding = integer(padding, "padding", 0)
    return padding, padding


def output_size(size: int, kernel_size: int, stride: int = 1, padding: int | str = 0, dilation: int = 1) -> int:
    """The size of an axis, in pixels -> the number of windows along it.

    OH = floor((H + before + after - (dilation * (KH - 1) + 1)) / stride) + 1, with `before` = `after` =
    `padding` for a number; the rows at the end that no window reaches are dropped. "same" pads so that
    OH = ceil(H / stride), "valid" pads nothing.

    Raises ValueError when the kernel is larger than the padded axis.

    >>> output_size(7, kernel_size=3, stride=2)
    3
    >>> output_size(28, kernel_size=5, stride=2, padding="same")
    14

    Source: Dumoulin and Visin 2016, arXiv:1603.07285, relationships 6 and 15.
    """
    size, kernel_size = integer(size, "size", 0), integer(kernel_size, "kernel_size", 1)
    stride, dilation = integer(stride, "stride", 1), integer(dilation, "dilation", 1)
    padded = size + sum(axis_pads(size, kernel_size, stride, padding, dilation))
    reach = span(kernel_size, dilation)
    if reach > padded:
        raise ValueError(
            f"a kernel of {kernel_size} with dilation {dilation} reaches over {reach} pixels, more than the {padded} "
            f"of the padded axis (size {size}, padding {padding!r})"
        )
    return (padded - reach) // stride + 1


def image_pads(image: Pair, kernel_size: Pair, stride: Pair, padding: Padding, dilation: Pair = (1, 1)) -> Pads:
    """The padding of an H x W image -> ((top, bottom), (left, right)); ValueError if no window fits."""
    by_axis = (padding, padding) if isinstance(padding, str) else pair(padding, "padding", 0)
    return pads_by_axis(image, kernel_size, stride, by_axis, dilation)


@lru_cache
def pads_by_axis(
    image: Pair, kernel_size: Pair, stride: Pair, by_axis: tuple[int | str, int | str], dilation: Pair
) -> Pads:
    """The same for a padding given by axis; remembered, because every batch of a training asks it again."""
    pads = []
    for axis, name in enumerate(("height", "width")):
        setting = image[axis], kernel_size[axis], stride[axis], by_axis[axis], dilation[axis]
        pads.append(axis_pads(*setting))
        try:
            output_size(*setting)
        except ValueError as error:
            raise ValueError(f"{name}: {error}. Is the image (N, H, W, C)? Channels first would explain it") from None
    rows, columns = pads
    return rows, columns


def image_size(image: Pair, kernel_size: Pair, stride: Pair, padding: Padding, dilation: Pair = (1, 1)) -> Pair:
    """The size of an image (H, W) -> how many windows lie on it, (OH, OW); ValueError if none fits."""
    (top, bottom), (left, right) = image_pads(image, kernel_size, stride, padding, dilation)
    padded = image[0] + top + bottom, image[1] + left + right
    OH, OW = (output_size(*axis) for axis in zip(padded, kernel_size, stride, (0, 0), dilation, strict=True))
    return OH, OW


def pad(x: Array, pads: Pads, value: float = 0.0) -> Array:
    """(N, H, W, C) -> (N, top + H + bottom, left + W + right, C), with the batch innermost in memory."""
    (top, bottom), (left, right) = pads
    if not any((top, bottom, left, right)):
        return batch_innermost(x)
    N, H, W, C = x.shape
    padded = full_images((N, top + H + bottom, left + W + right, C), value, x.dtype)
    padded[:, top : top + H, left : left + W] = x
    return padded


def unpad(x: Array, pads: Pads) -> Array:
    """(N, top + H + bottom, left + W + right, C) -> (N, H, W, C), a view: the adjoint of `pad` with zeros."""
    (top, bottom), (left, right) = pads
    return x[:, top : x.shape[1] - bottom, left : x.shape[2] - right]


def windows(
    x: Array,
    kernel_size: Pair,
    stride: Pair = (1, 1),
    dilation: Pair = (1, 1),
) -> Array:
    """(N, H, W, C) -> (N, OH, OW, KH, KW, C): every window, as a view.

    Window (i, j) of image n is `windows(x, ...)[n, i, j]`, an array (KH, KW, C). Nothing is copied.

    >>> x = np.arange(16.0).reshape(1, 4, 4, 1)
    >>> windows(x, (3, 3))[0, 1, 0, :, :, 0]
    array([[ 4.,  5.,  6.],
           [ 8.,  9., 10.],
           [12., 13., 14.]])
    """
    N, H, W, C = x.shape
    (KH, KW), (SH, SW), (DH, DW) = kernel_size, stride, dilation
    if min(SH, SW, DH, DW) < 1 or span(KH, DH) > H or span(KW, DW) > W:
        raise ValueError(f"no window fits: image {(H, W)}, kernel {kernel_size}, stride {stride}, dilation {dilation}")
    OH, OW = (H - span(KH, DH)) // SH + 1, (W - span(KW, DW)) // SW + 1
    n, h, w, c = x.strides
    shape = N, OH, OW, KH, KW, C
    strides = n, SH * h, SW * w, DH * h, DW * w, c
    block = turn(x)
    if block.flags.c_contiguous:  # as all arrays of cnnlib: the same view, without the 5 µs that as_strided takes
        return np.ndarray(shape, x.dtype, block, 0, strides)
    return as_strided(x, shape, strides)


def add_windows(
    p: Array,
    size: Pair,
    stride: Pair = (1, 1),
    dilation: Pair = (1, 1),
) -> Array:
    """(N, OH, OW, KH, KW, C) -> (N, H, W, C): add windows where they were read.

    The adjoint of `windows`: the sum of p * windows(x) equals the sum of add_windows(p) * x. A pixel that
    three windows read receives three terms. For one place (kh, kw) in the kernel, no two windows meet in
    one pixel, so the loop runs over the KH * KW places and each turn adds whole images; where there are fewer
    windows than places, it runs over the windows.

    >>> add_windows(np.ones((1, 2, 2, 3, 3, 1)), (4, 4))[0, :, :, 0]
    array([[1., 2., 2., 1.],
           [2., 4., 4., 2.],
           [2., 4., 4., 2.],
           [1., 2., 2., 1.]])
    """
    N, OH, OW, KH, KW, C = p.shape
    x = full_images((N, *size, C), 0.0, p.dtype)
    into = windows(x, (KH, KW), stride, dilation)
    if OH * OW < KH * KW:
        for i, j in np.ndindex(OH, OW):
            into[:, i, j] += p[:, i, j]
    else:
        for kh, kw in np.ndindex(KH, KW):
            into[:, :, :, kh, kw] += p[:, :, :, kh, kw]
    return x
