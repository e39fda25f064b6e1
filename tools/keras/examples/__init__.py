"""Models of well-known pages about recurrent networks, by page."""

from . import (books, courses, kaggle, keras_examples, keras_guides, mastery_forecasts, mastery_sequences, papers,
               papers_with_attention, repositories, tensorflow_tutorials)
from .example import EXAMPLES
