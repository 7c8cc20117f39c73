"""Settings, their measurements, and which of them are worth having."""

import dataclasses
import statistics


@dataclasses.dataclass
class Measurement:
    """One engine under one setting; latencies in microseconds, an entry a repeat."""

    engine: str
    index: str
    setting: dict
    accuracy: float
    means: list
    p50s: list
    p99s: list
    extra: dict = dataclasses.field(default_factory=dict)

    @property
    def mean(self):
        return statistics.median(self.means)

    def add(self, other):
        """Takes in another run of the same setting."""
        self.means += other.means
        self.p50s += other.p50s
        self.p99s += other.p99s

    def forget_times(self):
        self.means, self.p50s, self.p99s = [], [], []

    def row(self):
        """The figures as they are written: medians over the repeats, lowest and highest mean."""
        return {
            "engine": self.engine,
            "index": self.index,
            **self.setting,
            "accuracy": round(self.accuracy, 5),
            "mean_us": round(self.mean, 2),
            "p50_us": round(statistics.median(self.p50s), 2),
            "p99_us": round(statistics.median(self.p99s), 2),
            "mean_us_lowest": round(min(self.means), 2),
            "mean_us_highest": round(max(self.means), 2),
            "repeats": len(self.means),
            **self.extra,
        }


def frontier(measurements):
    """Those that nothing faster equals in accuracy, by falling accuracy."""
    kept = []
    for m in sorted(measurements, key=lambda m: (-m.accuracy, m.mean)):
        if not kept or m.mean < kept[-1].mean:
            kept.append(m)
    return kept


def contenders(measurements, slack):
    """Those within a factor 1 + slack of the frontier's time at their accuracy: what one noisy
    run cannot tell from the best."""
    best, kept = float("inf"), []
    for m in sorted(measurements, key=lambda m: (-m.accuracy, m.mean)):
        best = min(best, m.mean)
        if m.mean <= best * (1 + slack):
            kept.append(m)
    return kept


def cheapest(measurements, target):
    """The fastest whose accuracy, in percent, reaches the target; None when none does."""
    able = [m for m in measurements if 100 * m.accuracy >= target - 1e-9]
    return min(able, key=lambda m: m.mean, default=None)
