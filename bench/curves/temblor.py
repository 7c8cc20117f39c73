"""Drives the temblor program."""

import json
import os
import shutil
import subprocess
import time

from curves.frontier import Measurement


class TemblorError(Exception):
    """The program failed; the message is its own."""


class Temblor:
    """One build of the program, on one core when it searches."""

    def __init__(self, program, cpu):
        if not os.access(program, os.X_OK):
            raise TemblorError(f"{program} is not there: run cmake --build --preset release first")
        self.program = program
        self.pin = ["taskset", "-c", str(cpu)] if shutil.which("taskset") else []

    def call(self, *arguments, pinned=False):
        command = (self.pin if pinned else []) + [self.program, *map(str, arguments)]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode != 0:
            raise TemblorError(f"{' '.join(command)}: exit status {done.returncode}: {done.stderr.strip()}")
        return done.stdout

    def groundtruth(self, documents, queries, k, output):
        self.call("groundtruth", "--input", documents, "--queries", queries, "--k", k, "--output", output)

    def build(self, documents, output, options):
        """Seconds the whole command took, reading and writing included."""
        begin = time.monotonic()
        self.call("build", "--input", documents, "--output", output, *options)
        return time.monotonic() - begin

    def evaluate(self, index, queries, groundtruth, k, setting, warmup, repeats, load):
        """One process: it opens the index, warms up, times every query and says what it found."""
        output = self.call(
            "eval", "--index", index, "--queries", queries, "--groundtruth", groundtruth,
            "--k", k, "--query-cut", setting["query_cut"], "--heap-factor", setting["heap_factor"],
            "--patience", setting["patience"], "--threads", 1, "--warmup", warmup,
            "--repeats", repeats, "--load", load, "--json", pinned=True,
        )
        result = json.loads(output)
        latency = result["latency_us"]
        extra = {n: result[n] for n in ("documents_scored", "bytes_touched") if n in result}
        return Measurement(
            "temblor", os.path.basename(index), dict(setting), result[f"accuracy@{k}"],
            [latency["mean"]], [latency["p50"]], [latency["p99"]], extra,
        )
