"""Writes what was measured: JSON with everything, CSV for a spreadsheet, a picture a k."""

import csv
import json
import os

from curves.frontier import cheapest, frontier
from curves.plot import draw


def write_json(path, document):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(document, file, indent=2)
        file.write("\n")


def write_csv(path, rows):
    names = list(dict.fromkeys(name for row in rows for name in row))
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(rows)


def write_plot(path, title, measurements):
    """One line an engine: its frontier."""
    series = {}
    for engine in dict.fromkeys(m.engine for m in measurements):
        best = frontier([m for m in measurements if m.engine == engine])
        series[engine] = [(100 * m.accuracy, m.mean, min(m.means), max(m.means)) for m in best]
    with open(path, "w", encoding="utf-8") as file:
        file.write(draw(title, series))


def setting_text(measurement):
    return " ".join(f"{name}={value:g}" for name, value in measurement.setting.items())


def targets_table(measurements, targets):
    """Rows of text: for each target the cheapest setting and its times."""
    lines = ["target  accuracy     mean  (lowest to highest)     p50      p99   setting"]
    for target in targets:
        best = cheapest(measurements, target)
        if best is None:
            lines.append(f"{target:6g}  not reached")
            continue
        row = best.row()
        lines.append(
            f"{target:6g}  {100 * row['accuracy']:8.2f} {row['mean_us']:8.1f}  "
            f"({row['mean_us_lowest']:.1f} to {row['mean_us_highest']:.1f})   "
            f"{row['p50_us']:8.1f} {row['p99_us']:8.1f}   {os.path.basename(best.index)} {setting_text(best)}"
        )
    return lines
