"""The peak memory of training LeNet, beyond the data: `python benchmarks/memory.py cnnlib` or `PyTorch`.

In a process of its own, because a library keeps what it once took from the system. Prints bytes: the most that the
process held in an epoch, less what it held before, with libraries and data loaded and the network built. Linux only.

Two things would spoil the difference. A library reads its own code from the disk when it first computes: so one
epoch with a single image a step goes before. And blocks that were freed but not given back would be taken again
unseen: so they are given back.
"""

import ctypes
import sys
from pathlib import Path

from work import training


def held(field):
    """A field of /proc/self/status, such as VmRSS -> bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(field))


def main():
    epoch = training("LeNet", 50)[sys.argv[1]]
    training("LeNet", 1)[sys.argv[1]]()
    ctypes.CDLL(None).malloc_trim(0)
    ctypes.CDLL("libc.so.6").malloc_trim(0)  # give back what loading the data has left free, or it would be reused
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak so far
    before = held("VmRSS")
    for _ in range(20):
        epoch()
    print(held("VmHWM") - before)


if __name__ == "__main__":
    main()
