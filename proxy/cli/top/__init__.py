"""`tightlip top`: what the running proxy is doing, on one screen.

`page` reads what is scraped, `history` tells what changed between two of them, `picture` what of it is shown, `recent`
adds the latest decisions on record, `screen` draws, `live` repeats. Only `live` and `recent` touch the world.
"""
