"""What an example is: a model as a page builds it, and inputs for it.

A function with `@example(PAGE)` gets a library, which is `keras` or `tf_keras`, and its layers; it returns the model
and a list of its inputs in the model's order: `Values`, `Symbols`, `Flags` or `Texts`. Sizes are smaller than the
page's, everything else is as on the page.
"""

import numpy

EXAMPLES = []


class Example:
    """A function that builds a model, and what is known about it."""

    def __init__(self, build, page, only_three, custom, custom_forms, tolerance, idle):
        self.build = build
        self.name = build.__name__.replace("_", "-")
        self.page = page
        # Uses what tf-keras does not have.
        self.only_three = only_three
        # The layer that cannot be read: code that only its author has, such as a Lambda.
        self.custom = custom
        # The ends of the names of the forms that this is true of.
        self.custom_forms = custom_forms
        # The difference from Keras that its numbers of lower precision explain, of the largest value.
        self.tolerance = tolerance
        # How far weights may move that have no effect, such as a bias before a BatchNormalization: their gradients are
        # rounding errors, which an optimizer like Adam makes as large as others.
        self.idle = idle

    def refused(self, form):
        """Whether a form of it cannot be read."""
        return self.custom is not None and form.endswith(self.custom_forms)


def example(page, only_three=False, custom=None, custom_forms="", tolerance=0, idle=0):
    def add(build):
        EXAMPLES.append(Example(build, page, only_three, custom, custom_forms, tolerance, idle))
        return build
    return add


class Values:
    """Standard normal numbers."""

    def __init__(self, *shape):
        self.shape = shape

    def draw(self, generator, rows):
        return generator.standard_normal((rows,) + self.shape).astype("float32")


class Symbols:
    """Numbers of symbols from 1 to below `count`; padded ones end, or begin, with zeros."""

    def __init__(self, count, *shape, padded=None):
        self.count, self.shape, self.padded = count, shape, padded

    def draw(self, generator, rows):
        symbols = generator.integers(1, self.count, (rows,) + self.shape)
        if self.padded:
            steps = self.shape[-1]
            lengths = generator.integers(1, steps + 1, (rows,) + self.shape[:-1] + (1,))
            places = numpy.arange(steps) if self.padded == "post" else numpy.arange(steps)[::-1]
            symbols = symbols * (places < lengths)
        return symbols.astype("float32")


class Flags:
    """True and false, at least the first true."""

    def __init__(self, steps):
        self.shape = (steps,)

    def draw(self, generator, rows):
        return numpy.arange(self.shape[0]) < generator.integers(1, self.shape[0] + 1, (rows, 1))


class Texts:
    """Short texts, one a row."""

    shape = (1,)

    def draw(self, generator, rows):
        words = ["the", "film", "was", "good", "bad", "very"]
        return numpy.array([[" ".join(generator.choice(words, 5))] for _ in range(rows)], dtype=object)
