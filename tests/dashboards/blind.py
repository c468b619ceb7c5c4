"""Finds, in what the overview's queries return and in nothing else, which network got worse and when.

Each network's video and audio freeze are judged against those of the others in the same minute, so that what befalls all alike is no
finding, and against their own time before and after; the mean of the two is less noisy than either. The noise is measured on what is looked at: no level of freeze is fixed here.
"""

import math
import statistics
from dataclasses import dataclass

import grafana

FREEZES = ("Video freeze by network", "Audio freeze by network")
SESSIONS, LAG = "Live sessions by network", "Late by"
SMOOTHED = 300  # seconds: the overview's rates look back so far, so a step is seen as a ramp that is half so late in the middle
LEAST_SHARE = 0.2  # of the live sessions: the lines of smaller networks are too noisy to name
SHORTEST, LONGEST = 20, 60  # minutes of a finding
LIFT = 0.18  # log of freeze against the others, above its own rest: a fifth more
SCORE = 3.0  # lift in standard deviations of the line's rest


@dataclass
class Finding:
    network: str
    start: float  # in the world's time: the overview's, less the replay lag it shows
    seen_at: float  # in the page's time
    seen_until: float
    lift: float
    score: float


def lines_of(asker, title):
    panel = grafana.panel_of("overview", title)
    return {labels.get("network", ""): dict(points) for labels, points in asker.ask(panel, panel["targets"][0])}


def relative(freeze, sessions, network):
    """{t: log of the network's freeze over the mean of the others, weighted by their sessions}"""
    line = {}
    for t, value in freeze[network].items():
        others = [(values[t], sessions.get(name, {}).get(t, 0)) for name, values in freeze.items() if name != network and t in values]
        weight = sum(w for _, w in others)
        if weight and value > 0:
            rest = sum(v * w for v, w in others) / weight
            if rest > 0:
                line[t] = math.log(value / rest)
    return line


def mean_of(lines):
    """{t: mean} where every line has a value."""
    return {t: statistics.fmean(line[t] for line in lines) for t in lines[0] if all(t in line for line in lines)}


def best_stretch(values):
    """(score, lift, first, last) of the stretch that stands out most from the rest of the line."""
    best = (0.0, 0.0, 0, 0)
    sums = [0.0]
    for v in values:
        sums.append(sums[-1] + v)
    for length in range(SHORTEST, LONGEST + 1):
        for first in range(0, len(values) - length + 1):
            rest = values[:first] + values[first + length:]
            if len(rest) < SHORTEST:
                continue
            lift = (sums[first + length] - sums[first]) / length - (sums[-1] - sums[first + length] + sums[first]) / len(rest)
            if lift < LIFT:
                continue
            score = lift * math.sqrt(length)
            if score > best[0]:
                best = (score, lift, first, first + length)
    return best


def find(asker):
    """The finding that stands out most, or None."""
    freezes, sessions = [lines_of(asker, title) for title in FREEZES], lines_of(asker, SESSIONS)
    lag_panel = grafana.panel_of("overview", LAG)
    lag = asker.ask(lag_panel, lag_panel["targets"][0])[0][1][-1][1]
    everybody = sum(sum(s.values()) for s in sessions.values())
    found = None
    for network, points in sessions.items():
        if network in ("", "not told") or sum(points.values()) < LEAST_SHARE * everybody or not all(network in freeze for freeze in freezes):
            continue
        line = mean_of([relative(freeze, sessions, network) for freeze in freezes])
        times = sorted(line)
        values = [line[t] for t in times]
        score, lift, first, end = best_stretch(values)
        if not score:
            continue
        noise = statistics.pstdev(values[:first] + values[end:])
        if lift / noise < SCORE:
            continue
        if found is None or lift > found.lift:
            start = times[first] - SMOOTHED / 2
            found = Finding(network, start - lag, times[first], times[end - 1], lift, lift / noise)
    return found
