"""The six alphabet experiments as Keras programs have them: data and settings."""

import numpy as np

LETTERS = 26

# units, batch size, epochs, shuffle
SETTINGS = {
    "naive": (32, 1, 500, True),
    "window": (32, 1, 500, True),
    "timesteps": (32, 1, 500, True),
    "batch": (16, 25, 5000, False),
    "stateful": (50, 1, 300, False),
    "variable": (32, 1, 500, True),
}


def data(name):
    """Inputs `[samples, timeSteps, features]` and one-hot targets; random runs from NumPy's generator."""
    if name == "variable":
        runs, following = [], []
        for _ in range(1000):
            start = np.random.randint(LETTERS - 2)
            end = np.random.randint(start, min(start + 5, LETTERS - 1))
            run = list(range(start, end + 1))
            runs.append([0] * (5 - len(run)) + run)
            following.append(end + 1)
        axis = "timeSteps"
    else:
        length = 3 if name in ("window", "timesteps") else 1
        runs = [range(start, start + length) for start in range(LETTERS - length)]
        following = [run[-1] + 1 for run in runs]
        axis = "features" if name == "window" else "timeSteps"
    runs = np.array([list(run) for run in runs])
    shape = (len(runs), 1, -1) if axis == "features" else (len(runs), -1, 1)
    inputs = (runs / LETTERS).astype("float32").reshape(shape)
    return inputs, np.eye(LETTERS, dtype="float32")[following]
