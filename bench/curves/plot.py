"""A plot of latency over accuracy as SVG, written by hand: no library is needed for one picture."""

import html
import math

WIDTH, HEIGHT = 760, 460
LEFT, RIGHT, TOP, BOTTOM = 74, 24, 52, 60
COLOURS = ("#1b6ca8", "#d1495b", "#3a7d44", "#8d6a9f", "#c98a1b")
TICKS = (50, 80, 90, 95, 97, 98, 99, 99.5, 99.8, 99.9)


def _x(accuracy):
    """Accuracy in percent on a scale of misses, where 90, 99 and 99.9 stand equally far apart."""
    return -math.log10(max(100 - accuracy, 0.05))


def _text(x, y, text, anchor="middle", size=13, extra=""):
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" {extra}>'
        f"{html.escape(text)}</text>"
    )


def _time_ticks(low, high):
    ticks, decade = [], 10 ** math.floor(math.log10(low))
    while decade <= high:
        ticks += [decade * m for m in (1, 2, 5) if low <= decade * m <= high]
        decade *= 10
    return ticks


def draw(title, series):
    """SVG text. series: {name: [(accuracy in percent, mean, lowest, highest microseconds)]}."""
    points = [p for line in series.values() for p in line]
    if not points:
        return '<svg xmlns="http://www.w3.org/2000/svg"/>\n'
    low_x, high_x = min(_x(p[0]) for p in points), max(_x(p[0]) for p in points)
    low_y, high_y = min(p[2] for p in points) / 1.2, max(p[3] for p in points) * 1.2
    span_x = (high_x - low_x) or 1.0

    def place(accuracy, microseconds):
        x = LEFT + (_x(accuracy) - low_x) / span_x * (WIDTH - LEFT - RIGHT)
        share = math.log(microseconds / low_y) / math.log(high_y / low_y)
        return x, HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" fill="#222">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        _text(LEFT, 24, title, "start", 15, 'font-weight="bold"'),
        _text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 16, "share of the exact top k found, percent"),
        _text(18, HEIGHT / 2, "mean latency, microseconds", extra=f'transform="rotate(-90 18 {HEIGHT / 2})"'),
    ]
    for tick in TICKS:
        if low_x - 1e-9 <= _x(tick) <= high_x + 1e-9:
            x, _ = place(tick, low_y)
            parts.append(f'<path d="M{x:.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="#e3e3e3"/>')
            parts.append(_text(x, HEIGHT - BOTTOM + 20, f"{tick:g}"))
    for tick in _time_ticks(low_y, high_y):
        _, y = place(points[0][0], tick)
        parts.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#e3e3e3"/>')
        parts.append(_text(LEFT - 8, y + 4, f"{tick:g}", "end"))
    for number, (name, line) in enumerate(series.items()):
        colour = COLOURS[number % len(COLOURS)]
        ordered = sorted(line)
        path = " ".join("{:.1f},{:.1f}".format(*place(p[0], p[1])) for p in ordered)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for accuracy, mean, lowest, highest in ordered:
            x, y = place(accuracy, mean)
            (_, top), (_, bottom) = place(accuracy, highest), place(accuracy, lowest)
            parts.append(f'<path d="M{x:.1f} {top:.1f}V{bottom:.1f}" stroke="{colour}"/>')
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>')
        parts.append(f'<rect x="{LEFT + 150 * number}" y="34" width="12" height="12" fill="{colour}"/>')
        parts.append(_text(LEFT + 150 * number + 18, 44, name, "start"))
    return "\n".join(parts) + "\n</svg>\n"
