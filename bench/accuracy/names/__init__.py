"""How well names are found: precision, recall and F1 on public texts, by each source of evidence and by all together.

`python -m bench.accuracy names` counts on the sets that `make accuracy` made and prints Markdown; those that aren't
there are passed over and told. `source` reads a text by the rules or by our finder, `span` counts, `command` prints.
"""
