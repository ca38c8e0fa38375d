"""`python -m bench`: what Tightlip costs, measured against bare mitmdump in the same run on the same machine.

`load` is the client (a process of its own), `server` starts what is measured, `corpus` makes the bodies, `run` goes
through the cells, `report` prints them. Nothing here is imported by the product.
"""
