"""Forecasts 6 and 12 steps ahead over the last fifth of known series, beside classical methods.

    pip install numpy pandas statsmodels pmdarima      (keras and tensorflow-cpu for --keras)
    python tools/series/compare_forecasts.py BINARIES [--keras] [--series "NAME;NAME"] [--options "OPTIONS OF lstm-train"]

BINARIES is the folder of lstm-train and lstm-predict. Every series is trained once with the defaults on its first four
fifths, and forecast at each row of the rest. The classical methods have their parameters from the same first four fifths
and go on through the rest with them. What is shown: root of the mean squared error and MASE of each method, the ratio to
the seasonal naive forecast (the last value where there is no season) and to the best classical method, and how many true
values lie within intervals of 80 and 90 %.
"""

import argparse
import json
import pathlib
import subprocess
import tempfile
import time
import warnings

import numpy as np
import pandas as pd

warnings.filterwarnings("ignore")
AHEAD = (6, 12)
TEST = 0.2


def known_series():
    """Name: (values, dates as texts, rows of a season)."""
    import pmdarima.datasets as data
    import statsmodels.api as sm

    found = {}

    def add(name, values, dates, season, write):
        values = np.asarray(values, float)
        keep = ~np.isnan(values)
        found[name] = (values[keep], [write(d) for d, k in zip(dates, keep) if k], season)

    def months(start, count):
        return pd.date_range(start, periods=count, freq="MS")

    month, quarter, day = (lambda d: d.strftime("%Y-%m")), (lambda d: f"{d.year}-Q{d.quarter}"), (lambda d: d.strftime("%Y-%m-%d"))
    values = data.load_airpassengers()
    add("airline", values, months("1949-01", len(values)), 12, month)
    values = sm.datasets.co2.load_pandas().data["co2"].resample("MS").mean().interpolate()
    add("CO2", values.values, values.index, 12, month)
    values = sm.datasets.elnino.load_pandas().data.iloc[:, 1:].values.ravel()
    add("El Niño", values, months("1950-01", len(values)), 12, month)
    values = sm.datasets.sunspots.load_pandas().data
    add("sunspots, yearly", values.SUNACTIVITY, values.YEAR.astype(int), 1, str)
    macro = sm.datasets.macrodata.load_pandas().data
    quarters = pd.PeriodIndex([f"{int(y)}Q{int(q)}" for y, q in zip(macro.year, macro.quarter)], freq="Q")
    for column in ("realgdp", "realcons", "cpi", "unemp", "tbilrate", "infl"):
        add(f"macrodata {column}", macro[column], quarters, 4, quarter)
    for name, start in (("ausbeer", "1956Q1"), ("austres", "1971Q2"), ("woolyrnq", "1965Q1")):
        values = np.asarray(getattr(data, f"load_{name}")(as_series=False), float)
        add(name, values, pd.period_range(start, periods=len(values), freq="Q"), 4, quarter)
    values = data.load_wineind()
    add("wineind", values, months("1980-01", len(values)), 12, month)
    values = data.load_sunspots()
    add("sunspots, monthly", values, months("1749-01", len(values)), 12, month)
    values = data.load_lynx()
    add("lynx", values, range(1821, 1821 + len(values)), 1, str)
    values = data.load_heartrate()
    add("heartrate", values, range(len(values)), 1, str)
    values = data.load_msft()["Close"].values[-1500:]
    add("msft, 1,500 days", values, pd.bdate_range("2014-08-14", periods=len(values)), 5, day)
    return found


def scores(forecasts, values, train, season, ahead):
    """RMSE and MASE of forecasts [origins, at least ahead] that begin at rows train, train + 1, …."""
    origins = range(train, len(values) - ahead + 1)
    errors = np.array([np.asarray(f)[:ahead] - values[o : o + ahead] for f, o in zip(forecasts, origins)])
    scale = np.abs(values[season:train] - values[: train - season]).mean()
    return float(np.sqrt((errors**2).mean())), float(np.abs(errors).mean() / scale)


def classical(values, train, season):
    """Name: forecasts of the most steps at each origin."""
    import pmdarima
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel
    from statsmodels.tsa.holtwinters import ExponentialSmoothing

    most = max(AHEAD)
    origins = range(train, len(values) - min(AHEAD) + 1)
    lead = np.arange(most)
    found = {
        "seasonal naive": [values[o - season + lead % season] for o in origins],
        "drift": [values[o - 1] + (lead + 1) * (values[o - 1] - values[0]) / (o - 1) for o in origins],
    }
    positive = bool((values > 0).all())
    seasons = [None] if season == 1 else [None, "add"] + (["mul"] if positive else [])
    best = None
    for error in ["add"] + (["mul"] if positive else []):
        for trend, damped in ((None, False), ("add", False), ("add", True)):
            for kind in seasons:
                if error == "add" and kind == "mul":
                    continue
                options = dict(error=error, trend=trend, damped_trend=damped, seasonal=kind,
                               seasonal_periods=season if kind else None)
                try:
                    fit = ETSModel(values[:train], **options).fit(disp=False, maxiter=200)
                except Exception:  # a model that cannot be fitted is none
                    continue
                if np.isfinite(fit.aicc) and (best is None or fit.aicc < best[0]):
                    best = (fit.aicc, options, fit.params)
    if best:
        found["ETS"] = [ETSModel(values[:o], **best[1]).smooth(best[2]).forecast(most) for o in origins]
    for kind in seasons[1:] or [None]:
        try:
            options = dict(trend="add", seasonal=kind, seasonal_periods=season if kind else None,
                           initialization_method="estimated")
            # Holt-Winters has its parameters anew at each origin, which is cheap.
            found[f"Holt-Winters {kind or ''}".strip()] = [
                ExponentialSmoothing(values[:o], **options).fit().forecast(most) for o in list(origins)[:300]]
        except Exception:
            pass
    model = pmdarima.auto_arima(values[max(0, train - 600) : train], seasonal=season > 1, m=season, stepwise=True,
                                suppress_warnings=True, error_action="ignore", maxiter=30)
    found["auto-ARIMA"] = [model.arima_res_.apply(values[max(0, train - 600) : o]).forecast(most) for o in origins]
    return found


def plain_keras(values, train, season):
    """A Keras LSTM as tutorials build it: standardized values, windows of 24 rows, 32 units, 50 epochs."""
    import keras

    keras.utils.set_random_seed(7)
    length, most = 24, max(AHEAD)
    mean, deviation = values[:train].mean(), values[:train].std()
    scaled = (values - mean) / deviation
    starts = range(train - length - most + 1)
    x = np.array([scaled[s : s + length] for s in starts])[..., None]
    y = np.array([scaled[s + length : s + length + most] for s in starts])
    model = keras.Sequential([keras.Input((length, 1)), keras.layers.LSTM(32), keras.layers.Dense(most)])
    model.compile("adam", "mse")
    model.fit(x, y, batch_size=32, epochs=50, verbose=0)
    origins = range(train, len(values) - min(AHEAD) + 1)
    windows = np.array([scaled[o - length : o] for o in origins])[..., None]
    return model.predict(windows, verbose=0) * deviation + mean


def ours(binaries, values, dates, train, options, folder):
    """Results of each distance, and the seconds of training."""
    data, model = folder / "series.csv", folder / "model.h5"
    pd.DataFrame({"date": dates, "value": values}).to_csv(data, index=False)
    command = [binaries / "lstm-train", "--csv", data, "--target", "value", "--date", "date", "--test-split", str(TEST),
               "--save", model, "--quiet", *options]
    begin = time.time()
    subprocess.run(command, check=True, capture_output=True)
    seconds = time.time() - begin
    results = {}
    for ahead in AHEAD:
        for coverage in (0.8, 0.9):
            out = subprocess.run([binaries / "lstm-predict", model, "--forecast", str(ahead), "--backtest", "--coverage",
                                  str(coverage), "--format", "json"], check=True, capture_output=True).stdout
            results[ahead, coverage] = json.loads(out)
    return results, seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binaries", type=pathlib.Path)
    parser.add_argument("--keras", action="store_true")
    parser.add_argument("--series")
    parser.add_argument("--options", default="")
    arguments = parser.parse_args()
    wanted = arguments.series and arguments.series.split(";")
    rows, covered = [], {0.8: [], 0.9: []}
    print("| series | ahead | model RMSE | MASE | seasonal naive | drift | best classical | model / naive | model / best |"
          " linear alone / best | within 80 % | within 90 % | training |" + (" Keras LSTM |" if arguments.keras else ""))
    print("|---|---|---|---|---|---|---|---|---|---|---|---|---|" + ("---|" if arguments.keras else ""))
    for name, (values, dates, season) in known_series().items():
        if wanted and name not in wanted:
            continue
        # As SeriesParts cuts: the test part is rounded down.
        train = len(values) - int(len(values) * TEST)
        with tempfile.TemporaryDirectory() as folder:
            results, seconds = ours(arguments.binaries.resolve(), values, dates, train, arguments.options.split(),
                                    pathlib.Path(folder))
        others = classical(values, train, season)
        keras_forecasts = plain_keras(values, train, season) if arguments.keras else None
        for ahead in AHEAD:
            result = results[ahead, 0.9]
            table = {n: scores(f, values, train, season, ahead) for n, f in others.items()}
            best = min((n for n in table if n not in ("seasonal naive", "drift")), key=lambda n: table[n][0])
            rmse, naive, top = result["rmse"], table["seasonal naive"][0], table[best][0]
            linear = result["baselines"].get("linear_autoregression", {}).get("rmse", float("nan"))
            rows.append((rmse / naive, rmse / top, linear / top))
            for coverage, list_ in covered.items():
                list_.append(results[ahead, coverage]["coverage"])
            line = (f"| {name} | {ahead} | {rmse:.4g} | {result['mase']:.3f} | {naive:.4g} | {table['drift'][0]:.4g} |"
                    f" {top:.4g} {best} | {rmse / naive:.3f} | {rmse / top:.3f} | {linear / top:.3f} |"
                    f" {100 * covered[0.8][-1]:.1f} | {100 * covered[0.9][-1]:.1f} | {seconds:.1f} s |")
            if arguments.keras:
                line += f" {scores(keras_forecasts, values, train, season, ahead)[0]:.4g} |"
            print(line, flush=True)
    ratios = np.array(rows)
    print(f"\nBetter than seasonal naive: {np.mean(ratios[:, 0] < 1):.0%} of {len(rows)}; within 3 % of the best classical"
          f" method or better: {np.mean(ratios[:, 1] <= 1.03):.0%}; mean ratio to it {np.exp(np.log(ratios[:, 1]).mean()):.3f}.")
    for coverage, list_ in covered.items():
        away = np.abs(np.array(list_) - coverage)
        print(f"Intervals of {coverage:.0%}: {np.mean(list_):.1%} of true values within, "
              f"{np.mean(away <= 0.07):.0%} of the back-tests within 7 points, the furthest {away.max():.1%} away.")


if __name__ == "__main__":
    main()
