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


def linear_part(series, horizon, longest, season):
    if season > 1:
        lengths = [longest] + [k * season for k in (3, 2, 1) if k * season < longest]
        ways = [(kind, n) for n in lengths for kind in ("last", "seasonal", "mean") if kind != "mean" or n >= 2 * season]
    else:
        lengths = sorted({longest, longest // 2, longest // 4})
        ways = [(kind, n) for n in lengths if n > 1 for kind in ("last", "drift") if kind == "last" or n > 2]
    origins = len(series) - horizon + 1
    starts = [origins - int(origins * TRIED * (STRETCHES - k) / STRETCHES) for k in range(STRETCHES + 1)]
    cut = lambda n, o: np.array([series[i - n:i] for i in o])
    after = lambda o: np.array([series[i:i + horizon] for i in o])
    found = []
    for kind, n in ways:
        best = None
        for pull in PULLS:
            errors, chained = [], {}
            for k in range(STRETCHES):
                known = range(n, starts[k] - horizon + 1)
                if len(known) < FEWEST:
                    continue
                forecast = fit(kind, cut(n, known), after(known), season, pull)
                tried = range(max(n, starts[k]), starts[k + 1])
                for origin, value in zip(tried, forecast(cut(n, tried))):
                    chained[origin] = value
                    errors.append((value - series[origin:origin + horizon]) ** 2)
            if errors:
                error = np.sqrt(np.mean(errors))
                if best is None or error < best[0]:
                    best = (error, kind, n, pull, chained)
        if best:
            found.append(best)
    for family in families(season):
        tried = range(max(longest, starts[0]), starts[-1])
        best = None
        for parameters in family:
            forecast = smoothed(cut(longest, tried), season, horizon, *parameters)
            error = np.sqrt(np.mean((forecast - after(tried)) ** 2))
            if best is None or error < best[0]:
                best = (error, parameters, longest, None, dict(zip(tried, forecast)))
        found.append(best)
    shares = np.array([(f[0] / min(g[0] for g in found)) ** -4.0 for f in found])
    total = 0
    last = series[-longest:][None]
    for (_, kind, n, pull, _), share in zip(found, shares):
        if isinstance(kind, tuple):
            forecast = smoothed(last, season, horizon, *kind)
        else:
            known = range(n, origins)
            forecast = fit(kind, cut(n, known), after(known), season, pull)(last[:, -n:])
        total = total + share / shares.sum() * forecast
    residuals = []
    for origin in range(starts[0], starts[-1]):
        own = [(s, f[4][origin]) for s, f in zip(shares, found) if origin in f[4]]
        if own:
            value = sum(s * v for s, v in own) / sum(s for s, _ in own)
            residuals.append((series[origin:origin + horizon] - value).tolist())
    return {"forecast": total[0].tolist(), "residuals": residuals}


def main():
    random = np.random.default_rng(3)
    step = np.arange(90)
    seasonal = 0.03 * step + np.array([0.5, -0.2, 0.9, -1.2])[step % 4] + random.normal(0, 0.3, 90)
    plain = np.sin(step / 3) + np.cumsum(random.normal(0, 0.1, 90))
    cases = []
    for values, horizon, longest, season in [(seasonal, 4, 12, 4), (seasonal, 6, 10, 4), (plain, 3, 12, 1)]:
        values = np.round(values, 6)
        cases.append({"values": values.tolist(), "horizon": horizon, "longest": longest, "season": season,
                      **linear_part(values, horizon, longest, season)})
    powers = [{"exponent": e, "value": v, "transformed": float(special.boxcox(v, e)),
               "restored": float(special.inv_boxcox(special.boxcox(v, e), e))}
              for e in (0, 0.3, 1, -0.5, 2) for v in (1e-3, 0.5, 1, 7.25, 4e5)]
    path = pathlib.Path(__file__).parents[2] / "Tests/TasksTests/Reference/series.json"
    path.write_text(json.dumps({"linear": cases, "powers": powers}, indent=1) + "\n")


if __name__ == "__main__":
    main()
