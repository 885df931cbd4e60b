"""What nbval lacks: a second try when a kernel does not start, and a look at the data behind each figure.

Two kernels that start at once can choose the same TCP port, and one of them dies. Only the start is tried again:
what a notebook computes is compared once. Pictures are not compared; what they show is, see book/figure_data.py.
"""

import os

import figure_data
import nbval.kernel
from nbval.plugin import IPyNbCell

start_once = nbval.kernel.start_new_kernel
compare_exactly = IPyNbCell.compare_outputs


def start_new_kernel(*args, **kwargs):
    kwargs["env"] = {**os.environ, **figure_data.kernel_environment()}
    try:
        return start_once(*args, **kwargs)
    except RuntimeError:
        return start_once(*args, **kwargs)


def compare_outputs(cell, test, ref, skip_compare=None):
    return compare_exactly(cell, figure_data.forgive(test, ref), ref, skip_compare)


nbval.kernel.start_new_kernel = start_new_kernel
IPyNbCell.compare_outputs = compare_outputs
