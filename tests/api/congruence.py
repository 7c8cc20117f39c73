"""Comparing answers of two clients."""

import math

TOLERANCE = 1e-3


def shown(value):
    """Models as plain data."""
    if hasattr(value, "model_dump"):
        return value.model_dump()
    if isinstance(value, list):
        return [shown(one) for one in value]
    return value


def close(left, right, tolerance=TOLERANCE):
    """Equal, floats but for `tolerance`, ints and floats alike."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        return math.isclose(left, right, rel_tol=tolerance, abs_tol=tolerance)
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(close(left[key], right[key]) for key in left)
    if isinstance(left, (list, tuple)) and isinstance(right, (list, tuple)):
        return len(left) == len(right) and all(map(close, left, right))
    return left == right


def vectors_close(left, right):
    """Vectors of a point: entries of sparse ones in any order, empty ones as if absent."""
    def plain(vector):
        if hasattr(vector, "indices"):
            return dict(zip(vector.indices, vector.values))
        if isinstance(vector, dict):
            return {name: plain(one) for name, one in vector.items()}
        return vector
    return close(plain(left) or None, plain(right) or None)


def same_hits(ours, theirs):
    """The same scores in the same order; hits of equal scores in any order, and of those at the
    end, where the limit cuts, any. Payloads and vectors of the same points are the same."""
    assert len(ours) == len(theirs), f"{len(ours)} hits, expected {len(theirs)}"
    for left, right in zip(ours, theirs):
        assert close(left.score, right.score), f"score {left.score}, expected {right.score}"
    ends = theirs[-1].score if theirs else 0
    expected = {hit.id: hit for hit in theirs}
    for hit in ours:
        if hit.id not in expected:
            assert close(hit.score, ends), f"{hit.id} with score {hit.score} is not expected"
            continue
        other = expected[hit.id]
        assert close(hit.score, other.score), f"{hit.id}: {hit.score}, expected {other.score}"
        assert close(hit.payload or None, other.payload or None), hit.id
        assert vectors_close(hit.vector, other.vector), hit.id


def same_records(ours, theirs, ordered=True):
    if not ordered:
        ours, theirs = (sorted(one, key=lambda record: str(record.id)) for one in (ours, theirs))
    assert [record.id for record in ours] == [record.id for record in theirs]
    for left, right in zip(ours, theirs):
        assert close(left.payload or None, right.payload or None), left.id
        assert vectors_close(left.vector, right.vector), left.id
