"""The server under test, in three phases: fresh, started again on its folder, and restored from
snapshots in another folder. The library's points are written in the first phase only, so the other
two prove that they outlive a restart and a snapshot. `memory` is qdrant-client's own in-memory
implementation over the same writes, against which answers are compared."""

import json
import os
import pathlib
import signal
import subprocess
import threading
import urllib.request

import pytest
from qdrant_client import QdrantClient

import library

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("TEMBLOR", str(ROOT / "build/release/bin/temblor"))
START_SECONDS = 20
STOP_SECONDS = 20
PHASES = ("fresh", "restarted", "restored")


class Server:
    """`temblor serve` on a free port. `stop` ends it by SIGTERM and expects exit status 0."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        command = [BINARY, "serve", "--data", str(folder), "--listen", "127.0.0.1:0",
                   "--log-json", "true", "--log-level", "info"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                        text=True)
        self.log = []
        self.url = None
        listening = threading.Event()
        self.reader = threading.Thread(target=self._read, args=(listening,), daemon=True)
        self.reader.start()
        if not listening.wait(START_SECONDS) or self.url is None:
            self.process.kill()
            raise RuntimeError("the server does not listen:\n" + "".join(self.log[-20:]))
        with urllib.request.urlopen(self.url + "/readyz", timeout=START_SECONDS) as answer:
            assert answer.status == 200

    def _read(self, listening):
        for line in self.process.stderr:
            self.log.append(line)
            if self.url is None and "listening on " in line:
                text = json.dumps(json.loads(line))
                self.url = text.split("listening on ", 1)[1].split('"', 1)[0]
                listening.set()
        listening.set()

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(STOP_SECONDS)
        self.reader.join(STOP_SECONDS)
        assert status == 0, "".join(self.log[-20:])

    def client(self):
        return QdrantClient(url=self.url, timeout=30, check_compatibility=False)


# What in-memory mode says about calls that mean nothing there, and what is deprecated but tested.
_KNOWN_WARNINGS = ("Payload indexes have no effect", "Local mode performs exact",
                   "`recreate_collection` method is deprecated")


def pytest_configure(config):
    for text in _KNOWN_WARNINGS:
        config.addinivalue_line("filterwarnings", f"ignore:{text}")


def _upload(url, name, archive):
    request = urllib.request.Request(f"{url}/collections/{name}/snapshots/upload", archive,
                                     {"Content-Type": "application/x-tar"}, method="POST")
    with urllib.request.urlopen(request, timeout=60) as answer:
        assert json.load(answer)["result"] is True


def _restore_all(server, folder):
    """Snapshots of all collections of `server`, restored by a new server over `folder`."""
    client = server.client()
    archives = {}
    for name in library.COLLECTIONS:
        snapshot = client.create_snapshot(name)
        with urllib.request.urlopen(
                f"{server.url}/collections/{name}/snapshots/{snapshot.name}") as answer:
            archives[name] = answer.read()
    client.close()
    server.stop()
    server = Server(folder)
    for name, archive in archives.items():
        _upload(server.url, name, archive)
    return server


@pytest.fixture(scope="session")
def memory():
    client = QdrantClient(":memory:")
    library.write(client)
    return client


@pytest.fixture(scope="session")
def _running():
    """The one server that runs, from phase to phase."""
    running = {}
    yield running
    if "server" in running:
        running["server"].stop()


@pytest.fixture(scope="session", params=PHASES)
def server(request, _running, tmp_path_factory):
    if request.param == "fresh":
        _running["server"] = Server(tmp_path_factory.mktemp("data"))
        client = _running["server"].client()
        library.write(client)
        client.close()
    elif request.param == "restarted":
        _running["server"].stop()
        _running["server"] = Server(_running["server"].folder)
    else:
        _running["server"] = _restore_all(_running["server"], tmp_path_factory.mktemp("restored"))
    return _running["server"]


@pytest.fixture(scope="session")
def client(server):
    client = server.client()
    yield client
    client.close()


@pytest.fixture
def scratch(client, request):
    """The name of a collection that is gone before and after the test."""
    name = "scratch-" + request.node.name
    client.delete_collection(name)
    yield name
    client.delete_collection(name)


def _phase(item):
    parameters = item.callspec.params if hasattr(item, "callspec") else {}
    return PHASES.index(parameters["server"]) if "server" in parameters else -1


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Phase by phase, whatever the order of files."""
    items.sort(key=_phase)
