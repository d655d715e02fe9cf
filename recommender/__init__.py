"""The numerical core: arrays in, arrays out. It knows no database, no clock and no network.

From the lowest to the highest:

interactions   who saved what and when; our ids as row numbers
vectors        ids and their rows, dense or sparse; similarity; to and from bytes
rowbytes       one paper's row as bytes, as a database keeps it
terms          texts -> counted words, pairs of words, pieces of words (by night)
features       the text of an item -> a sparse row (by night)
encoder        the one seam for a sentence encoder: texts -> dense rows (by night)
portfolios     what authors wrote, as interactions of pseudo-readers (by night)
als            least squares: who saved what -> item vectors (by night)
contrast       a learned map, tuned to tell papers of one field apart (by night)
bridge         kernel regression: from a text to where its readers would have put it (by night)
space          the trained maps from features to item vectors (by night)
train          interactions and features -> the space; the only file that imports lightfm (by night)
fold_in        what a user saved, against frozen vectors -> a taste
ensemble       two scores into one, and how much the second may weigh
negatives      what a dislike does
diversity      papers that say nearly the same, spread
freshness      what being new is worth
exploration    the few places that the model does not choose
ranking        candidates in order, with reasons
blending       several interests on one page, each with its share
interleaving   two rankings drawn up as one list; what readers' acts on it say
asking         which papers to ask a reader about
layout         a day's papers on a plane
measures       how well an order was, and what means over days are worth
explanation    which saved papers and which terms made a score
baselines      newest, popular, text only: rankers like any other
evaluation     would the past have predicted what was saved later? The gate (by night)
crossvalidation  how much other readers may count, from readers held out (by night)
artifact       a trained model as a folder (by night)

Words. *User, item*: a row, a column. *Interaction*: (user, item, weight, day), positive.
*Item features*: the sparse row of a text. *Item vector*: the dense row after training.
*Text space*: cosines of item features. *Shared space*: cosines of item vectors, learned from
what readers share. *Share*: the part of a score that comes from one saved paper.

This file imports nothing, so that a process that ranks never loads what trains.
"""
