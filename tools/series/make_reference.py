"""Writes Tests/TasksTests/Reference/series.json: the linear part of forecasts by NumPy, transforms by SciPy.

    pip install numpy scipy; python tools/series/make_reference.py
"""

import json
import pathlib

import numpy as np
from scipy import special

STRETCHES, TRIED, FEWEST = 4, 0.4, 8
PULLS = [None, 0.001, 0.01, 0.03, 0.1, 0.3, 1, 3, 10]


def simple(kind, window, season, horizon):
    """Forecasts of windows, [windows, length] -> [windows, horizon], straight from what they are said to be."""
    length = window.shape[1]
    lead = np.arange(horizon)
    if kind == "last":
        return np.repeat(window[:, -1:], horizon, 1)
    if kind == "drift":
        return window[:, -1:] + (lead + 1) * (window[:, -1:] - window[:, :1]) / (length - 1)
    if kind == "seasonal":
        return window[:, length - season + lead % season]
    seasons = length // season
    blocks = window[:, length - seasons * season:].reshape(-1, seasons, season)
    means = blocks.mean(2)
    slope = (means[:, -1] - means[:, 0]) / (seasons - 1) / season if seasons > 1 else 0 * means[:, 0]
    line = np.arange(season) - (season - 1) / 2
    pattern = (blocks - means[:, :, None] - slope[:, None, None] * line).mean(1)
    recent = max(1, season // 4)
    level = (blocks[:, -1] - pattern)[:, -recent:].mean(1) + slope * (recent - 1) / 2
    return level[:, None] + slope[:, None] * (lead + 1) + pattern[:, lead % season]


def smoothed(window, season, horizon, a, b, c, phi):
    """Holt and Winters' additive smoothing of each window, [windows, length] -> [windows, horizon]."""
    length = window.shape[1]
    if season > 1:
        seasons, rows = length // season, season
    else:
        seasons, rows = min(2, length), length // min(2, length)
    first = length - seasons * rows
    blocks = window[:, first:].reshape(-1, seasons, rows)
    means = blocks.mean(2)
    slope = (means[:, -1] - means[:, 0]) / (seasons - 1) / rows if seasons > 1 else 0 * means[:, 0]
    pattern = np.zeros((len(window), max(1, season)))
    if season > 1:
        line = np.arange(season) - (season - 1) / 2
        pattern = (blocks - means[:, :, None]).mean(1) - slope[:, None] * line
    l = means[:, 0] - (slope * (rows + 1) / 2 if phi else 0)
    t = slope if phi else 0 * slope
    for row in range(first, length):
        place = (row - first) % pattern.shape[1]
        before = l + phi * t
        error = window[:, row] - before - pattern[:, place]
        l, t = before + a * error, phi * t + a * b * error
        pattern[:, place] += c * (1 - a) * error
    steps = np.cumsum(phi ** np.arange(1, horizon + 1.0))
    places = (length - first + np.arange(horizon)) % pattern.shape[1]
    return l[:, None] + steps * t[:, None] + pattern[:, places]


def families(season):
    for phi, trends in ((0, (0,)), (0.9, (0.02, 0.1, 0.3)), (1, (0.02, 0.1, 0.3))):
        yield [(a, b, c, phi) for a in (0.05, 0.2, 0.5, 1) for b in trends for c in ((0, 0.1, 0.3, 0.6) if season > 1 else (0,))]


def level(kind, window, season):
    return window[:, -(1 if kind in ("last", "drift") else season):].mean(1, keepdims=True)


def fit(kind, window, target, season, pull):
    """A function from windows to forecasts."""
    horizon = target.shape[1]
    if pull is None:
        return lambda w: simple(kind, w, season, horizon)
    seen = window - level(kind, window, season)
    variance = seen.var()
    rows = np.c_[seen, np.ones(len(seen))]
    penalty = pull * len(seen) * np.diag([variance] * window.shape[1] + [1.0])
    weights = np.linalg.solve(rows.T @ rows + penalty, rows.T @ (target - simple(kind, window, season, horizon)))
    return lambda w: simple(kind, w, season, horizon) + np.c_[w - level(kind, w, season), np.ones(len(w))] @ weights


def difference(series, factors):
    """The series with a factor 1 − Bᵏ for each lag k; what is lost at the beginning is left out."""
    for lag in factors:
        series = series[lag:] - series[:-lag]
    return series


def ahead(window, weights, lags, constant, factors, horizon):
    """Forecasts of an autoregression of differences, row after row."""
    rows = list(window)
    for _ in range(horizon):
        z = difference(np.array(rows), factors)
        rows.append(constant + sum(w * z[-lag] for w, lag in zip(weights, lags)))
        # The next row is the one whose difference that is.
        rows[-1] -= difference(np.array(rows[:-1] + [0.0]), factors)[-1] if factors else 0.0
    return np.array(rows[-horizon:])


def autoregressions(longest, season):
    """The differences, each with its lags, of one family of autoregressions after the other."""
    seasonal = season > 1 and longest >= season
    lags = [tuple(range(1, p + 1)) for p in range(5)]
    if seasonal:
        lags += [tuple(range(1, p + 1)) + (season,) for p in (1, 2) if p < season] + [tuple(range(1, season + 2))]
    else:
        lags += [tuple(range(1, p + 1)) for p in (8, 12)]
    for factors in ((), (1,), (season,), (1, season)) if seasonal else ((), (1,), (1, 1)):
        yield factors, [own for own in lags if max(own, default=0) + sum(factors) <= longest]


class Stages:
    """Some series with the origins that ways are tried on."""

    def __init__(self, series, horizon):
        self.series, self.horizon = series, horizon
        origins = [len(values) - horizon + 1 for values in series]
        self.starts = [[o - int(o * TRIED * (STRETCHES - k) / STRETCHES) for k in range(STRETCHES + 1)] for o in origins]
        self.tried = [(n, k, o) for n, starts in enumerate(self.starts) for k in range(STRETCHES)
                      for o in range(starts[k], starts[k + 1])]

    def truth(self, number, origin):
        return self.series[number][origin:origin + self.horizon]

    def known(self, stage, number):
        return len(self.series[number]) if stage == STRETCHES else self.starts[number][stage]

    def windows(self, stage, length):
        pairs = [(n, o) for n in range(len(self.series)) for o in range(length, self.known(stage, n) - self.horizon + 1)]
        return (np.array([self.series[n][o - length:o] for n, o in pairs]).reshape(-1, length),
                np.array([self.truth(n, o) for n, o in pairs]).reshape(-1, self.horizon))

    def error(self, chained):
        """Beside that of the last value at the same origins."""
        own = [chained[n, o] - self.truth(n, o) for n, _, o in self.tried if (n, o) in chained]
        last = [self.series[n][o - 1] - self.truth(n, o) for n, _, o in self.tried if (n, o) in chained]
        return np.sqrt(np.sum(np.square(own)) / np.sum(np.square(last))) if own else np.inf

    def way(self, forecasts, length):
        """Of a function for each stage the last one, with its forward-chained forecasts and their error."""
        chained = {(n, o): forecasts[k](self.series[n][o - length:o]) for n, k, o in self.tried
                   if o >= length and forecasts[k]}
        return self.error(chained), length, forecasts[-1], chained


def best(ways):
    ways = [way for way in ways if np.isfinite(way[0])]
    return min(ways, key=lambda way: way[0]) if ways else None


def mean(stages, ways):
    """Errors to the power of −4 say what a way counts."""
    shares = np.array([(w[0] / min(v[0] for v in ways)) ** -4.0 for w in ways])
    chained = {}
    for n, _, o in stages.tried:
        own = [(s, w[3][n, o]) for s, w in zip(shares, ways) if (n, o) in w[3]]
        if own:
            chained[n, o] = sum(s * v for s, v in own) / sum(s for s, _ in own)
    forecast = lambda window: sum(s * w[2](window[len(window) - w[1]:]) for s, w in zip(shares, ways)) / shares.sum()
    return stages.error(chained), max(w[1] for w in ways), forecast, chained


def fitted(stages, longest, season):
    horizon = stages.horizon
    longest = min(longest, max(1, max(starts[0] for starts in stages.starts)))
    if season > 1 and longest >= season:
        longest = longest // season * season
        lengths = [longest] + [k * season for k in (3, 2, 1) if k * season < longest]
        ways = [(kind, n) for n in lengths for kind in ("last", "seasonal", "mean") if kind != "mean" or n >= 2 * season]
    else:
        season = 1
        lengths = sorted({longest, longest // 2, longest // 4})
        ways = [(kind, n) for n in lengths if n > 1 for kind in ("last", "drift") if kind == "last" or n > 2]
    ridges = []
    for kind, n in ways:
        found = []
        for pull in PULLS:
            forecasts = []
            for stage in range(STRETCHES + 1):
                x, y = stages.windows(stage, n)
                forecast = (lambda w, f=fit(kind, x, y, season, pull): f(w[None])[0]) if len(x) >= FEWEST or pull is None else None
                forecasts.append(forecast)
            if forecasts[-1]:
                found.append(stages.way(forecasts, n))
        ridges.append(best(found))
    smoothings = [best([stages.way([lambda w, p=p: smoothed(w[None], season, horizon, *p)[0]] * (STRETCHES + 1), longest)
                        for p in family]) for family in families(season)]
    regressions = []
    for factors, several in autoregressions(longest, season):
        found = []
        for lags in several:
            for constant in (False, True)[:1 if len(factors) > 1 else 2]:
                for pull in (0, 0.1) if lags else (0,):
                    forecasts = []
                    for stage in range(STRETCHES + 1):
                        x, y = [], []
                        for n, values in enumerate(stages.series):
                            z = difference(values[:stages.known(stage, n)], factors)
                            for t in range(max(lags, default=0), len(z)):
                                x.append([z[t - lag] for lag in lags] + [1.0] * constant)
                                y.append(z[t])
                        x, y = np.array(x).reshape(len(y), -1), np.array(y)
                        if len(y) < FEWEST + 2 * len(lags):
                            forecasts = None
                            break
                        total = (y**2).sum()
                        penalty = np.diag([pull * total] * len(lags) + [0.0] * constant) + 1e-9 * total / len(y) * np.eye(x.shape[1])
                        c = np.linalg.solve(x.T @ x + penalty, x.T @ y) if x.shape[1] else np.zeros(0)
                        forecasts.append(lambda w, c=c, l=lags, one=c[-1] if constant else 0.0, f=factors: ahead(w, c, l, one, f, horizon))
                    if forecasts:
                        found.append(stages.way(forecasts, longest))
        regressions.append(best(found))
    means = [mean(stages, [w for w in family if w]) for family in (ridges, smoothings, regressions) if any(family)]
    return mean(stages, means)


def linear_parts(series, horizon, longest, season):
    """The forecasts behind each series and the forward-chained residuals of all."""
    stages = Stages(series, horizon)
    shared = fitted(stages, longest, season)
    chained, forecasts = dict(shared[3]), []
    for number, values in enumerate(series):
        whole = shared
        if len(series) > 1:
            own = Stages([values], horizon)
            part = {(0, o): f for (n, o), f in shared[3].items() if n == number}
            whole = mean(own, [(own.error(part), *shared[1:3], part), fitted(own, longest, season)])
            chained.update({(number, o): f for (_, o), f in whole[3].items()})
        forecasts.append(whole[2](values[-longest:]).tolist())
    residuals = [(stages.truth(n, o) - chained[n, o]).tolist() for n, _, o in stages.tried if (n, o) in chained]
    return {"forecasts": forecasts, "residuals": residuals}


def main():
    random = np.random.default_rng(3)
    step = np.arange(90)
    seasonal = 0.03 * step + np.array([0.5, -0.2, 0.9, -1.2])[step % 4] + random.normal(0, 0.3, 90)
    plain = np.sin(step / 3) + np.cumsum(random.normal(0, 0.1, 90))
    other = 3 - 0.01 * step[:60] ** 1.2 + np.array([0.2, 0.6, -0.9, 0.1])[step[:60] % 4] + random.normal(0, 0.2, 60)
    cases = []
    for series, horizon, longest, season in [([seasonal], 4, 12, 4), ([seasonal], 6, 10, 4), ([plain], 3, 12, 1),
                                             ([seasonal, other], 4, 20, 4)]:
        series = [np.round(values, 6) for values in series]
        cases.append({"series": [values.tolist() for values in series], "horizon": horizon, "longest": longest,
                      "season": season, **linear_parts(series, horizon, longest, season)})
    powers = [{"exponent": e, "value": v, "transformed": float(special.boxcox(v, e)),
               "restored": float(special.inv_boxcox(special.boxcox(v, e), e))}
              for e in (0, 0.3, 1, -0.5, 2) for v in (1e-3, 0.5, 1, 7.25, 4e5)]
    path = pathlib.Path(__file__).parents[2] / "Tests/TasksTests/Reference/series.json"
    path.write_text(json.dumps({"linear": cases, "powers": powers}, indent=1) + "\n")


if __name__ == "__main__":
    main()
