"""Keeps built indexes from run to run, as long as what they were built from is the same."""

import json
import os


def fingerprint(path):
    """What tells a file from a later one of the same name, without reading it."""
    status = os.stat(path)
    return {"path": os.path.abspath(path), "bytes": status.st_size, "modified_ns": status.st_mtime_ns}


def cached(path, origin, make):
    """The record of `path`: made by make() -> dict and stored beside it unless a record of the same
    origin is there. The record gains `bytes`, the size of the file."""
    record_path = path + ".json"
    try:
        with open(record_path, encoding="utf-8") as file:
            record = json.load(file)
        if record["origin"] == origin and os.path.getsize(path) == record["bytes"]:
            return record
    except (OSError, ValueError, KeyError):
        pass
    record = {"origin": origin, **make()}
    record["bytes"] = os.path.getsize(path)
    with open(record_path + ".tmp", "w", encoding="utf-8") as file:
        json.dump(record, file, indent=2)
    os.replace(record_path + ".tmp", record_path)
    return record
