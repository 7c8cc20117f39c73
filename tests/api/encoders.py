"""Encoders without a model: words become components by a checksum of their letters."""

import math
import zlib

SIZE = 32


def component(word, components):
    return zlib.crc32(word.encode()) % components


def encode_dense(text):
    vector = [0.01] * SIZE
    for word in text.lower().split():
        vector[component(word, SIZE)] += 1.0
    norm = math.sqrt(sum(value * value for value in vector))
    return [value / norm for value in vector]


def encode_sparse(text):
    """Components and their weights, the most frequent words weighing most."""
    weights = {}
    for word in text.lower().split():
        at = component(word, 1 << 20)
        weights[at] = weights.get(at, 0.0) + 1.0
    return list(weights), list(weights.values())


TEXTS = {
    "cat": "a small cat sleeps on the warm stone",
    "dog": "the dog runs along the river bank",
    "quake": "an earthquake shook the river valley at dawn",
    "tea": "green tea grows on the misty valley slopes",
    "train": "the night train crosses the bank of snow",
    "stone": "a stone wall stands after the earthquake",
}
