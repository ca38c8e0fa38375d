"""`python -m proxy.metrics` prints what `docs/metrics.md` holds."""

import sys

from proxy.metrics.document import page

sys.stdout.write(page())
