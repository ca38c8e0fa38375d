"""A new process in the place of a running one: what goes from hand to hand, and how, without a request being lost."""
