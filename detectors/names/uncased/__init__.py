"""Persons' names in scripts without capitals: Chinese, Japanese, Korean, Arabic, Hebrew, Indic scripts, Thai, Georgian.

No capital says where a name could be. What does are lists of names (`lists`) and what stands around them: titles,
roles, greetings, verbs. `finder` hands each script to its reader: `chinese`, `japanese`, `korean`, `thai`, and `spaced`
with `spacedcue` for those that part words by spaces. `candidate` is what they give: parts that add up to one score.
"""
