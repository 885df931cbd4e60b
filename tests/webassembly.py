"""gemm.c outside of a browser: wasmtime runs what it was compiled to, on a copy of what NumPy's arrays hold."""

import ctypes
from functools import cache
from pathlib import Path

import numpy as np
import wasmtime

import cnnlib

PAGE = 65536
OWN = 16384  # bytes at the beginning where the library keeps its own numbers, as its section dylink.0 says
GUARD = 1024  # bytes before and behind each array
NAN, SEVENS = b"\xff", b"\x07"  # what stands there: a read spoils the result, and a write of what was read is seen


class WebAssembly:
    """Takes the place of the library of C for one type of number: the same functions, with the same arguments."""

    def __init__(self, dtype: np.dtype):
        self.itemsize = dtype.itemsize
        self.store = wasmtime.Store()
        module = wasmtime.Module(self.store.engine, (Path(cnnlib.__file__).parent / f"gemm-{dtype}.wasm").read_bytes())
        self.memory = wasmtime.Memory(self.store, wasmtime.MemoryType(wasmtime.Limits(1, None)))
        base = wasmtime.GlobalType(wasmtime.ValType.i32(), False)
        zero = wasmtime.Global(self.store, base, wasmtime.Val.i32(0))
        given = [self.memory if need.name == "memory" else zero for need in module.imports]
        self.functions = wasmtime.Instance(self.store, module, given).exports(self.store)
        self.used, self.called = OWN, []

    def times(self, M, K, N, a, a_row, a_column, b, b_row, b_column, y):
        a, b = self.put(a, (M, a_row), (K, a_column)), self.put(b, (K, b_row), (N, b_column))
        self.call("times", y, M * N, M, K, N, a, a_row, a_column, b, b_row, b_column)

    def put(self, address: int, *axes: tuple[int, int]) -> int:
        """The first number of an array and (length, step) of its axes -> where the first number of its copy lies."""
        before = sum(min(0, (length - 1) * step) for length, step in axes)
        after = sum(max(0, (length - 1) * step) for length, step in axes)
        size = self.itemsize * (after - before + 1) if all(length for length, _ in axes) else 0
        begin = self.write(ctypes.string_at(address + self.itemsize * before, size))
        return begin - self.itemsize * before

    def write(self, numbers: bytes, guard: bytes = NAN) -> int:
        """Bytes -> where they stand in the memory, between two guards."""
        begin = self.used + GUARD
        self.used = begin + len(numbers) + GUARD
        missing = self.used - self.memory.data_len(self.store)
        self.memory.grow(self.store, max(0, -(-missing // PAGE)))
        self.memory.write(self.store, GUARD * guard + numbers + GUARD * guard, begin - GUARD)
        return begin

    def call(self, name: str, y: int, size: int, *numbers: int) -> None:
        """Run a function, and copy what it wrote to y; it may write nowhere else."""
        begin = self.write(bytes(self.itemsize * size), SEVENS)
        end = begin + self.itemsize * size
        self.memory.write(self.store, OWN * NAN, 0)  # a number that it did not put there itself is seen
        before = self.memory.read(self.store, OWN, self.used)
        self.functions[name](self.store, *numbers, begin)
        after = self.memory.read(self.store, OWN, self.used)
        result = slice(begin - OWN, end - OWN)
        del before[result]
        ctypes.memmove(y, bytes(after[result]), end - begin)
        del after[result]
        assert before == after, f"{name} writes beside its result"
        self.used = OWN
        self.called.append(name)


@cache
def library(dtype: np.dtype) -> WebAssembly:
    """What gemm.library is in a browser."""
    return WebAssembly(dtype)
