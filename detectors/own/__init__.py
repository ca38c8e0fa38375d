"""An operator's own data: indexes of customers' values and of source code, which tell nothing without their key.

`kept` is the file that an index is kept in; `word` and `code` read texts; `dictionary` and `codeprint` look them up,
`dictionarybuild` and `codebuild` make them. The rest of `detectors` knows `owned` alone: numpy comes in only here.
"""
