"""How much is found and how much is wrongly found, counted per kind of value on labelled and on clean texts.

Sets are made from a seed (`planted.py`) or are what `make setup` installs; public corpora are named on the command line
(`corpus.py` reads them). `count.py` does the counting, `__main__.py` prints the table. Nothing of it downloads.
Names have sets and counts of their own: `public/` makes sets of what packages carry, `names/` counts on them.
"""
