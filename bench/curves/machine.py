"""What a figure depends on besides the program: machine, commit, versions."""

import os
import platform
import subprocess


def _first_line(command, cwd=None):
    try:
        done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()


def _fields(path):
    fields = {}
    try:
        with open(path, encoding="ascii", errors="replace") as file:
            for line in file:
                name, colon, value = line.partition(":")
                if colon:
                    fields.setdefault(name.strip(), value.strip())
    except OSError:
        pass
    return fields


def describe_machine():
    """Model, counts and settings of this machine, as far as it tells them."""
    lscpu = {}
    for line in _first_line(["lscpu"]).splitlines():
        name, _, value = line.partition(":")
        lscpu[name.strip()] = value.strip()
    huge = ""
    try:
        with open("/sys/kernel/mm/transparent_hugepage/enabled", encoding="ascii") as file:
            huge = file.read().strip()
    except OSError:
        pass
    flags = set(_fields("/proc/cpuinfo").get("flags", "").split())
    return {
        "cpu": lscpu.get("Model name", platform.processor()),
        "cores": len(os.sched_getaffinity(0)),
        "caches": {n: lscpu[n] for n in ("L1d cache", "L2 cache", "L3 cache") if n in lscpu},
        "vector_extensions": sorted(flags & {"avx2", "fma", "f16c", "avx512f", "avx512vbmi2", "amx_int8"}),
        "memory": _fields("/proc/meminfo").get("MemTotal", ""),
        "transparent_hugepages": huge,
        "kernel": platform.release(),
    }


def describe_commit(root):
    """The commit of the sources, with '+changes' when the working tree differs from it."""
    commit = _first_line(["git", "rev-parse", "HEAD"], cwd=root) or "unknown"
    changed = _first_line(["git", "status", "--porcelain", "--untracked-files=no"], cwd=root)
    return commit + ("+changes" if changed else "")


def default_cpu():
    """The last core this process may use: the first ones serve most interrupts."""
    return max(os.sched_getaffinity(0))
