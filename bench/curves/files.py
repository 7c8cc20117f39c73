"""The file formats that the benchmarks exchange with the engines.

BigANN sparse (.csr): int64 rows, cols, nnz; int64 indptr[rows + 1]; int32 indices[nnz];
float32 values[nnz]. BigANN ground truth: uint32 queries, k; int32 ids[queries * k];
float32 scores[queries * k]. Seismic's inner binary: uint32 rows; a row: uint32 length,
uint32 components[length], float32 values[length]. All little endian.
"""

import array
import gzip
import os
import struct
import sys


class FormatError(Exception):
    """A file is not what it should be; the message names it and says what was found."""


def _open(path):
    with open(path, "rb") as file:
        magic = file.read(2)
    return gzip.open(path, "rb") if magic == b"\x1f\x8b" else open(path, "rb")


def _read_array(file, path, typecode, count):
    values = array.array(typecode)
    wanted = count * values.itemsize
    taken = file.read(wanted)
    if len(taken) != wanted:
        raise FormatError(f"{path}: {wanted} bytes expected, {len(taken)} found")
    values.frombytes(taken)
    if sys.byteorder == "big":
        values.byteswap()
    return values


def read_csr(path):
    """(indptr, indices, values, columns) as arrays; a plain or gzipped file."""
    with _open(path) as file:
        rows, columns, nnz = _read_array(file, path, "q", 3)
        if min(rows, columns, nnz) < 0:
            raise FormatError(f"{path}: negative count in the header: {rows}, {columns}, {nnz}")
        indptr = _read_array(file, path, "q", rows + 1)
        if indptr[0] != 0 or indptr[-1] != nnz:
            raise FormatError(f"{path}: offsets run from {indptr[0]} to {indptr[-1]}, not 0 to {nnz}")
        indices = _read_array(file, path, "i", nnz)
        return indptr, indices, _read_array(file, path, "f", nnz), columns


def csr_counts(path):
    """(rows, columns, nnz) of a CSR file's header."""
    with _open(path) as file:
        return tuple(_read_array(file, path, "q", 3))


def write_seismic(csr_path, path):
    """Rewrites a CSR file as Seismic's inner binary, under a temporary name until it is whole."""
    indptr, indices, values, _ = read_csr(csr_path)
    rows = len(indptr) - 1
    components, weights = memoryview(indices).cast("B"), memoryview(values).cast("B")
    with open(path + ".tmp", "wb", buffering=1 << 22) as file:
        file.write(struct.pack("<I", rows))
        for row in range(rows):
            begin, end = indptr[row], indptr[row + 1]
            file.write(struct.pack("<I", end - begin))
            file.write(components[4 * begin : 4 * end])
            file.write(weights[4 * begin : 4 * end])
    os.replace(path + ".tmp", path)


def read_groundtruth(path, k):
    """For each query the ids of its first k documents."""
    with _open(path) as file:
        queries, stored = _read_array(file, path, "I", 2)
        if stored < k:
            raise FormatError(f"{path}: holds the first {stored} documents a query, {k} are needed")
        ids = _read_array(file, path, "I", queries * stored)
    return [ids[q * stored : q * stored + k] for q in range(queries)]
