"""What Tightlip is made of besides its own code: what the lock pins, under which licences, as a bill of materials.

Nothing here is installed with the product or asks the network. `python -m supply` is what the Makefile calls.
"""
