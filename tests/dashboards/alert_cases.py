"""What a test of an alert is made of: series step by step, limits, and the cases of the five behaviours.

Time runs in steps, of one minute as a rule. A level of a step is what the alert measures: a ratio, an age, a state.
"""

import json
import sys
from dataclasses import dataclass, field
from typing import Callable

sys.dont_write_bytecode = True
import grafana  # noqa: E402,F401 (finds the generator)
from generator import rules  # noqa: E402
from generator.thresholds import number, value  # noqa: E402
from rule_files import ALERTS, read_rules  # noqa: E402

MINUTE, HOUR, DAY = 60, 3600, 86400
CALM = 12  # steps before the trouble
GONE = None  # the level of a step without the series
INSTANCE = {"job": rules.JOB, "instance": "x:10469"}
APP = INSTANCE | {"app": "a"}
SHIPPED = {r.name: r for r in read_rules(ALERTS)}


# Series


def sample_text(samples):
    """promtool's words; a series that ends is marked stale, as by a scrape that lacks it."""
    words = []
    for i, sample in enumerate(samples):
        words.append(f"{sample:.10g}" if sample is not GONE else "stale" if i and samples[i - 1] is not GONE else "_")
    return " ".join(words)


@dataclass
class Series:
    name: str
    labels: dict
    samples: list

    def promtool(self):
        return {"series": self.name + "{" + ",".join(f"{k}={json.dumps(v)}" for k, v in self.labels.items()) + "}", "values": sample_text(self.samples)}


@dataclass
class Levels:
    """What one subject shows: a level a step, and the steps at which the process started anew, with counters at 0."""

    levels: list
    amount: float = 0  # how much there is: streams, points a second, sessions of the day
    restarts: frozenset = frozenset()
    begin: float = 0  # counters: at step 0


def gauge(name, labels, levels):
    return Series(name, labels, list(levels))


def counter(name, labels, rates, shown, step):
    """`rates`: of the step that ends there. A series that appears begins with 0."""
    samples, last = [], GONE
    for i, rate in enumerate(rates):
        if rate is GONE:
            last = GONE
        elif i == 0:
            last = shown.begin
        elif last is GONE or i in shown.restarts:
            last = 0
        else:
            last += rate * step
        samples.append(last)
    return Series(name, labels, samples)


# The alerts: what each measures, and on which series of the page


@dataclass
class Limit:
    """A number of the expression. `text` is where it stands, {} in its place."""

    called: str
    value: float
    text: str
    above: bool = True  # fires above it
    literal: str = ""

    def bad(self):
        return self.value * (1.01 if self.above else 0.99)

    def good(self):
        return self.value * (0.99 if self.above else 1.01)


def limit(name, text, above=True):
    return Limit(name, value(name), text, above, number(name))


@dataclass
class Case:
    behaviour: str
    title: str
    series: list
    firing: list  # (labels of the page that the alert has, first step, last step)
    steps: int
    unsure: list = field(default_factory=list)  # (labels, first step, last step): windows fill step by step, promtools differ by one
    every: int = 1  # steps from one evaluation of the rules to the next: where days pass


@dataclass
class Watched:
    alert: str
    series: Callable | None  # (labels, Levels, step) -> list of Series
    subject: dict  # labels of the page
    keeps: tuple  # those that the alert has
    limit: Limit | None = None  # none: `bad` and `good` are states
    guard: Limit | None = None  # below it there is too little to tell
    bad: float | None = None
    good: float | None = None
    calm: float | None = None
    step: int = MINUTE
    early: int = 0  # steps after the trouble began, at which the expression may hold
    late: int = 0  # and must
    window: int = 0  # steps that the expression looks back
    vary: str = "app"  # the label that tells subjects apart
    waves: tuple = ()  # labels that the recording rules sum away
    note: str = ""
    extra: Callable | None = None  # more cases

    def __post_init__(self):
        if self.limit:
            self.bad, self.good = self.limit.bad(), self.limit.good()
            self.calm = (0 if self.limit.above else 1) if self.calm is None else self.calm
        elif self.calm is None:
            self.calm = self.good

    @property
    def hold(self):
        return SHIPPED[self.alert].hold // self.step

    def plenty(self):
        """So much that it stays above the guard while a restart makes rates fall to a quarter."""
        return 8 * self.guard.value if self.guard else 0

    def made(self, labels, levels, amount=None, restarts=(), begin=0):
        return self.series(self.subject | labels, Levels(levels, self.plenty() if amount is None else amount, frozenset(restarts), begin), self.step)

    def labels(self, **others):
        return {k: v for k, v in (self.subject | others).items() if k in self.keeps}

    def fires(self):
        levels = [self.calm] * CALM + [self.bad] * (self.late + self.hold + 6)
        at, unsure = CALM + self.late + self.hold, (self.labels(), CALM + self.early + self.hold, CALM + self.late + self.hold - 1)
        series = self.made({}, levels, self.guard.bad() if self.guard else None, begin=1e6)
        return [Case("fires", self.note, series, [(self.labels(), at, len(levels))], len(levels), [unsure])]

    def silent(self):
        steps = self.late + self.hold + 10
        cases = [Case("silent", self.note, self.made({}, [self.good] * steps), [], steps)]
        if self.guard:
            cases.append(Case("silent", f"{self.note} {self.guard.called}".strip(), self.made({}, [self.bad] * steps, self.guard.good()), [], steps))
        return cases

    def absent(self):
        """Nothing at all; one of the metrics only; data that end; where it may be, that there is nothing to measure."""
        ends = self.late + self.hold + 6
        steps = ends + self.window + 8
        series = [gauge("up", INSTANCE, [1] * steps)]
        whole = self.made({}, [self.bad] * ends + [GONE] * (steps - ends))
        for name in sorted({s.name for s in whole}) if len({s.name for s in whole}) > 1 else []:
            lacks = {"instance": f"lacks {name}"}
            series += [s for s in self.made(lacks, [self.bad] * steps) if s.name != name]
        if self.guard:
            series += self.made({"instance": "nothing goes on"}, [0] * steps, 0)
        return [Case("absent", self.note, series, [], steps),
                Case("absent", f"{self.note} data end".strip(), whole, [(self.labels(), self.late + self.hold, ends - 1)], steps,
                     [(self.labels(), self.hold, self.late + self.hold - 1), (self.labels(), ends, ends + self.window)] if self.late or self.window else [])]

    def reset(self):
        """The process is away for two scrapes and begins anew. What is counted goes on firing; a state has to hold anew."""
        back = self.late + self.hold + 8
        steps = back + self.late + self.hold + 8
        away = range(back - 2, back)

        def restarted(level):
            return [GONE if i in away else level for i in range(steps)]
        series = self.made({}, restarted(self.bad), restarts={back}, begin=1e6)
        well = self.made({"instance": "well"}, restarted(self.good), restarts={back}, begin=1e6)
        if self.window:
            firing, unsure = [(self.labels(), self.late + self.hold, steps)], [(self.labels(), self.hold, self.late + self.hold - 1)]
        else:
            firing, unsure = [(self.labels(), self.hold, back - 3), (self.labels(), back + self.hold, steps)], []
        return [Case("reset", self.note, series + well, firing, steps, unsure)]

    def come_and_go(self):
        """One subject is bad throughout, one comes and goes and is well, one comes and is bad."""
        comes = self.hold + 8
        goes = comes + self.hold + 6
        steps = comes + self.late + self.hold + 12

        def between(level, first, last):
            return [level if first <= i < last else GONE for i in range(steps)]
        new = self.labels(**{self.vary: "new"})
        series = (self.made({}, [self.bad] * steps, begin=1e6) + self.made({self.vary: "well"}, between(self.good, comes, goes)) +
                  self.made({self.vary: "new"}, between(self.bad, comes, steps)))
        cases = [Case("come and go", self.note, series, [(self.labels(), self.late + self.hold, steps), (new, comes + self.late + self.hold, steps)], steps,
                      [(self.labels(), self.hold, self.late + self.hold - 1), (new, comes + self.hold, comes + self.late + self.hold - 1)])]
        return cases + (self.in_waves() if self.waves else [])

    def in_waves(self):
        """The same app throughout: sets of the labels that are summed away begin at 0 and end, each on the same side."""
        steps, series = 60, []
        for wave in range(5):
            labels = {label: f"{label} {wave}" for label in self.waves}
            there = range(8 * wave, 8 * wave + 26)
            for instance, levels in ((self.subject["instance"], (self.bad, 1.3 * self.bad)), ("well", (self.good, self.good / 2))):
                series += self.made(labels | {"instance": instance}, [levels[wave % 2] if i in there else GONE for i in range(steps)])
        series += self.made({label: "" for label in self.waves}, [0] * steps, 0)
        return [Case("come and go", "in waves", series, [(self.labels(), self.late + self.hold, steps - 1)], steps, [(self.labels(), self.hold, self.late + self.hold - 1)])]

    def cases(self):
        return self.fires() + self.silent() + self.absent() + self.reset() + self.come_and_go() + (self.extra(self) if self.extra else [])
