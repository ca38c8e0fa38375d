"""Several processes on one port: each speaks HTTP, one judges.

`fleet` keeps the processes, `member` is what the judging process knows of one of them, `process` is such a process,
`remote` its judge, `channel` the pipe between the two and `saying` what goes over it.
"""
