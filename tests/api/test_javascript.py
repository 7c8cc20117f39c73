"""@qdrant/js-client-rest, unmodified, by node."""

import os
import pathlib
import shutil
import subprocess

import pytest

HERE = pathlib.Path(__file__).resolve().parent
MODULES = os.environ.get("TEMBLOR_CLIENTS_NODE", str(HERE.parents[1] / "build/clients-node"))


def test_client(server, scratch):
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    if not os.path.isdir(f"{MODULES}/node_modules"):
        pytest.skip(f"{MODULES} has no packages (scripts/check-clients installs them)")
    done = subprocess.run([node, str(HERE / "client.mjs"), server.url, scratch, MODULES],
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "incompatible" not in done.stderr, done.stderr
