"""A server with a collection of points, and Chromium to look at its page. The collection has names
that would break a page that took text for markup."""

import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import time
import urllib.parse
import urllib.request

import pytest
from playwright.sync_api import expect, sync_playwright

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("TEMBLOR", str(ROOT / "build/release/bin/temblor"))
CHROMIUM = os.environ.get("TEMBLOR_CHROMIUM") or shutil.which("chromium") or shutil.which(
    "chromium-browser") or shutil.which("google-chrome")
COLLECTION = "docs <b>&"
SEED = 11
POINTS = 1500
LATER = 20  # of them come after the others were sealed
SECONDS = 20
expect.set_options(timeout=SECONDS * 1000)


def pytest_collection_modifyitems(items):
    if CHROMIUM is None:
        skip = pytest.mark.skip(reason="no chromium here (Debian's package is called so)")
        for item in items:
            item.add_marker(skip)


def ask(url, method="GET", body=None, kind="application/json"):
    data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": kind}, method=method)
    with urllib.request.urlopen(request, timeout=SECONDS) as answer:
        return answer.read()


def fill(url):
    """Points with a sparse and a dense vector and a payload, as NDJSON; an index on one key. Most
    are in a segment, the rest is in memory."""
    base = f"{url}/collections/{urllib.parse.quote(COLLECTION)}"
    own = f"{url}/v1/collections/{urllib.parse.quote(COLLECTION)}"
    ask(base, "PUT", {"vectors": {"image": {"size": 4, "distance": "Cosine"}},
                      "sparse_vectors": {"text": {}}})
    draw = random.Random(SEED)
    print(f"seed {SEED}")
    lines = []
    for number in range(POINTS):
        indices = sorted(draw.sample(range(400), 24))
        lines.append(json.dumps({
            "id": number,
            "payload": {"lang": draw.choice(["en", "de"]), "title": f"<img src=x onerror=alert({number})>"},
            "vector": {"text": {"indices": indices, "values": [round(draw.uniform(.1, 3), 3) for _ in indices]},
                       "image": [draw.uniform(-1, 1) for _ in range(4)]}}))
    for some in (lines[:-LATER], lines[-LATER:]):
        answers = ask(own + "/import", "POST", "\n".join(some).encode(), "application/x-ndjson")
        assert answers.count(b'"ok":true') == len(some), answers[:300]
        if len(some) > LATER:
            task = json.loads(ask(own + "/optimize", "POST"))
            end = time.monotonic() + SECONDS
            while task["state"] == "running" and time.monotonic() < end:
                task = json.loads(ask(f"{url}/v1/tasks/{task['id']}"))
            assert task["state"] == "done", task
    ask(base + "/index", "PUT", {"field_name": "lang", "field_schema": "keyword"})


@pytest.fixture(scope="session")
def url(tmp_path_factory):
    command = [BINARY, "serve", "--data", str(tmp_path_factory.mktemp("data")), "--listen",
               "127.0.0.1:0", "--slow-query", "1"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    address = None
    for line in process.stderr:
        if "listening on " in line:
            address = json.loads(line)["message"].split("listening on ", 1)[1]
            break
    assert address, "the server does not listen"
    drain = subprocess.Popen(["cat"], stdin=process.stderr, stdout=subprocess.DEVNULL)
    fill(address)
    yield address
    process.send_signal(signal.SIGTERM)
    assert process.wait(SECONDS) == 0
    drain.wait(SECONDS)


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()


class Watch:
    """What must not happen in a page: messages of the console, errors, requests elsewhere."""

    def __init__(self, page, url):
        self.wrong = []
        page.on("console", lambda message: self.wrong.append(message.text)
                if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("request", lambda request: self.wrong.append(request.url)
                if not request.url.startswith((url + "/", "data:", "blob:" + url)) else None)
        page.on("response", lambda answer: self.wrong.append(f"{answer.status} {answer.url}")
                if answer.status >= 400 else None)


@pytest.fixture
def open_page(browser, url):
    """open_page(width, scheme): the page in a fresh window; at the end nothing went wrong in any."""
    windows = []

    def opened(width=1280, scheme="light", view="search", **more):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme,
                                      reduced_motion="reduce", **more)
        context.set_default_timeout(SECONDS * 1000)
        page = context.new_page()
        windows.append((context, Watch(page, url)))
        page.goto(f"{url}/#{view}")
        return page

    yield opened
    for context, watch in windows:
        context.close()
        assert watch.wrong == []
