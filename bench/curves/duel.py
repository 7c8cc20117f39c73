"""Two engines measured in turns: search for good settings, then rounds over the best of both."""

import statistics

from curves.frontier import cheapest


class Duel:
    """measure[engine](index, k, setting) runs one setting once; grids[engine] is a list of settings,
    indexes[engine] of indexes. say(text) reports progress."""

    def __init__(self, measure, indexes, grids, say):
        self.measure, self.indexes, self.grids, self.say = measure, indexes, grids, say

    def explore(self, k):
        """Every setting of every index once. Returns {engine: [(index, measurement)]}."""
        found = {}
        for engine, indexes in self.indexes.items():
            found[engine] = []
            for index in indexes:
                for number, setting in enumerate(self.grids[engine], 1):
                    self.say(f"k = {k}: {engine} {index}: setting {number} of {len(self.grids[engine])}")
                    found[engine].append((index, self.measure[engine](index, k, setting)))
        return found

    def compare(self, k, explored, targets, candidates, rounds):
        """For each target the `candidates` fastest settings of each engine run once a round, the
        engines taking turns in going first. Returns {target: {engine: measurement or None}} and all
        that were run, with as many repeats as rounds, in the order of the rounds."""
        chosen = {}
        for engine, pairs in explored.items():
            for target in targets:
                able = [p for p in pairs if 100 * p[1].accuracy >= target - 1e-9]
                for index, m in sorted(able, key=lambda p: p[1].mean)[:candidates]:
                    chosen[id(m)] = (engine, index, m)
        entries = sorted(chosen.values(), key=lambda entry: (entry[2].accuracy, entry[0]))
        for entry in entries:
            entry[2].forget_times()
        for number in range(rounds):
            order = entries if number % 2 == 0 else entries[::-1]
            for place, (engine, index, m) in enumerate(order, 1):
                self.say(f"k = {k}: round {number + 1} of {rounds}, setting {place} of {len(entries)}")
                m.add(self.measure[engine](index, k, m.setting))
        repeated = {engine: [e[2] for e in entries if e[0] == engine] for engine in explored}
        picked = {
            target: {engine: cheapest(ms, target) for engine, ms in repeated.items()}
            for target in targets
        }
        return picked, [entry[2] for entry in entries]


def ratio(ours, theirs):
    """Median, lowest and highest of the ratio of mean times, each round by itself."""
    ratios = [a / b for a, b in zip(ours.means, theirs.means)]
    return {
        "median": round(statistics.median(ratios), 3),
        "lowest": round(min(ratios), 3),
        "highest": round(max(ratios), 3),
    }
