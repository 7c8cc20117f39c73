"""Runs Seismic (PyPI pyseismic-lsr) for bench/peers, in a Python that has it installed.

  seismic_worker.py build INNER OUTPUT n_postings max_fraction centroid_fraction summary_energy
  seismic_worker.py serve INDEX QUERIES.csr GROUNDTRUTH MAX_K CPU

`build` prints one JSON object of times. `serve` answers each JSON line on its input (k, query_cut,
heap_factor, warmup) with one: accuracy and the mean, p50 and p99 of the calls in microseconds, each
call of search timed by itself.
"""

import gc
import json
import math
import os
import sys
import time

import numpy
from seismic import SeismicIndexRaw

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from curves.files import read_csr, read_groundtruth  # noqa: E402


def build(inner, output, n_postings, max_fraction, centroid_fraction, summary_energy):
    begin = time.monotonic()
    index = SeismicIndexRaw.build(
        inner, n_postings=int(n_postings), max_fraction=float(max_fraction),
        centroid_fraction=float(centroid_fraction), summary_energy=float(summary_energy),
        min_cluster_size=2, doc_cut=15,
    )
    built = time.monotonic()
    index.save(output)
    return {"build_seconds": built - begin, "save_seconds": time.monotonic() - built}


class Server:
    """One loaded index, its queries as arrays and the exact answers."""

    def __init__(self, index, queries, groundtruth, max_k):
        self.index = SeismicIndexRaw.load(index)
        indptr, indices, values, _ = read_csr(queries)
        indices = numpy.frombuffer(indices, dtype=numpy.int32)
        values = numpy.frombuffer(values, dtype=numpy.float32)
        self.queries = [
            (indices[b:e].copy(), values[b:e].copy()) for b, e in zip(indptr, indptr[1:])
        ]
        self.truth = [list(ids) for ids in read_groundtruth(groundtruth, max_k)]
        if len(self.truth) != len(self.queries):
            raise SystemExit(f"{groundtruth}: {len(self.truth)} queries, {queries} has {len(self.queries)}")

    def run(self, k, query_cut, heap_factor, warmup):
        search, clock = self.index.search, time.perf_counter_ns
        for _ in range(warmup):
            for components, values in self.queries:
                search(components, values, k, query_cut, heap_factor, 0, True)
        times, answers = [], []
        for components, values in self.queries:
            begin = clock()
            found = search(components, values, k, query_cut, heap_factor, 0, True)
            times.append(clock() - begin)
            answers.append(found)
        hits = sum(
            len(set(truth[:k]).intersection(row for _, row in found))
            for truth, found in zip(self.truth, answers)
        )
        times.sort()

        def rank(share):
            return times[max(0, math.ceil(share * len(times)) - 1)] / 1e3

        return {
            "accuracy": hits / (k * len(times)),
            "mean": sum(times) / len(times) / 1e3,
            "p50": rank(0.5),
            "p99": rank(0.99),
        }


def serve(index, queries, groundtruth, max_k, cpu):
    server = Server(index, queries, groundtruth, int(max_k))
    os.sched_setaffinity(0, {int(cpu)})
    gc.collect()
    gc.disable()
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        print(json.dumps(server.run(**json.loads(line))), flush=True)
        gc.collect()


if __name__ == "__main__":
    if sys.argv[1] == "build":
        print(json.dumps(build(*sys.argv[2:])))
    else:
        serve(*sys.argv[2:])
