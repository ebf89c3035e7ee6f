"""Scores: what was found in the invented lists against what is known of them.

:func:`pairwise_scores` counts pairs of records of a linkage; :func:`score_quarters` reads whole demo quarters.
"""

from popanalysis.synthetic.score.pairs import pairwise_scores, score_records
from popanalysis.synthetic.score.quarters import QuarterScores, score_quarters
from popanalysis.synthetic.score.words import scores_in_words

__all__ = ["QuarterScores", "pairwise_scores", "score_quarters", "score_records", "scores_in_words"]
