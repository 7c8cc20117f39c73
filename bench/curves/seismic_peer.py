"""Drives Seismic through seismic_worker.py in an environment of its own."""

import json
import os
import subprocess

from curves.frontier import Measurement

PACKAGE = "pyseismic-lsr"
WORKER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "seismic_worker.py")


class SeismicError(Exception):
    """The peer failed; the message says at what."""


def make_environment(folder):
    """The Python of a virtual environment with the newest release of the package."""
    python = os.path.join(folder, "bin", "python")
    try:
        if not os.path.exists(python):
            subprocess.run(["python3", "-m", "venv", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--upgrade", PACKAGE, "numpy"], check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise SeismicError(f"no environment with {PACKAGE} ({error}); scripts/setup --bench?") from error
    return python


def installed_version(python):
    code = f"import importlib.metadata as m; print(m.version('{PACKAGE}'))"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True)
    if done.returncode != 0:
        raise SeismicError(f"{python} has no {PACKAGE}: {done.stderr.strip()}")
    return done.stdout.strip()


def build_index(python, inner, output, config):
    """Builds and saves an index; the times it took."""
    numbers = [config[n] for n in ("n_postings", "max_fraction", "centroid_fraction", "summary_energy")]
    done = subprocess.run([python, WORKER, "build", inner, output, *map(str, numbers)],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        raise SeismicError(f"build {config}: {done.stderr.strip()[-2000:]}")
    if not os.path.exists(output):  # some releases append the extension by themselves
        os.replace(output + ".index.seismic", output)
    return json.loads(done.stdout.splitlines()[-1])


class SeismicServer:
    """One index loaded in a process of its own; close it to free its memory."""

    def __init__(self, python, index, queries, groundtruth, max_k, cpu):
        self.name = os.path.basename(index)
        self.process = subprocess.Popen(
            [python, WORKER, "serve", index, queries, groundtruth, str(max_k), str(cpu)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        self._answer()

    def _answer(self):
        while line := self.process.stdout.readline():
            if line.startswith("{"):  # the library may print lines of its own
                return json.loads(line)
        raise SeismicError(f"{self.name}: ended with exit status {self.process.wait()}")

    def measure(self, k, setting, warmup):
        self.process.stdin.write(json.dumps({"k": k, "warmup": warmup, **setting}) + "\n")
        self.process.stdin.flush()
        result = self._answer()
        return Measurement("seismic", self.name, dict(setting), result["accuracy"],
                           [result["mean"]], [result["p50"]], [result["p99"]])

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


class SeismicServers:
    """Keeps the servers of at most `most` indexes, each of which holds its index in memory."""

    def __init__(self, start, most):
        self.start, self.most, self.running = start, most, {}

    def get(self, index):
        server = self.running.pop(index, None)
        if server is None:
            if len(self.running) >= self.most:
                self.running.pop(next(iter(self.running))).close()
            server = self.start(index)
        self.running[index] = server
        return server

    def close(self):
        for server in self.running.values():
            server.close()
        self.running = {}
