"""Shape is a promise, order in memory is a choice: the one place that explains both.

Every array of images that crosses a signature has the shape (N, H, W, C): image, row, column,
channel. The letters are the same everywhere: N images, H rows, W columns, C channels, F filters of
KH x KW, OH x OW places in the output.

How the numbers lie in memory is another matter. cnnlib keeps the *batch innermost*: the N values of
one pixel are neighbors, then come the columns, the rows and, outermost, the channels. A convolution
moves whole rows of pixels, and with the batch innermost such a row is one long run of
W * N neighboring numbers, which a processor copies, adds and compares at full speed. In the usual
order (images outermost, channels innermost) the same row is W short runs of C numbers.

NumPy makes the two orders one: an array is a block of memory and its strides, and `turn` swaps the
strides without a copy. A layer turns its input, works on contiguous (C, H, W, N) blocks, and turns the
result back, so whoever reads shapes sees (N, H, W, C) and nothing else.
"""

import numpy as np

Array = np.ndarray
Pair = tuple[int, int]
IntOrPair = int | Pair
Padding = int | Pair | str
Pads = tuple[Pair, Pair]


def turn(x: Array) -> Array:
    """(N, H, W, C) -> (C, H, W, N), and back: a view, nothing is copied."""
    return x.transpose(3, 1, 2, 0)


def batch_innermost(x: Array) -> Array:
    """(N, H, W, C) -> (N, H, W, C), the same values with the batch innermost; no copy if they lie so already."""
    return turn(np.ascontiguousarray(turn(x)))


def full_images(shape: tuple[int, int, int, int], value: float, dtype: np.dtype) -> Array:
    """Images of the shape (N, H, W, C), all of one value, with the batch innermost."""
    N, H, W, C = shape
    return turn(np.full((C, H, W, N), value, dtype))


# The C library of Linux gives a large block back to the system the moment it is freed, and the next step of the
# training has to fetch the same memory again, page by page. Having freed one block of nearly 32 MiB, it keeps
# blocks of that size for the next array (mallopt(3), M_MMAP_THRESHOLD): a step on 50 digits takes 0.6 of the time.
np.empty(31 * 2**20, np.uint8)
