"""`python -m proxy` is `tightlip`."""

from proxy.cli import main

main()
