"""The model of names that detectors ship: `python -m training.names` makes it, from permissively licensed packages.

`packages.txt` names them. `source` reads their text, `gazetteer` makes the word list, `uncased` the lists for scripts
without capitals (from `uncased-packages.txt` and `uncasedlists/`), `people` draws names of many cultures, `example`
fills in the hand-written texts of `examples/`, `carrier` puts names into real text, `corpus` writes what spaCy is
trained on by `config.cfg`, `weigh` fits how the sources of evidence count, `card` tells of it all.
"""
