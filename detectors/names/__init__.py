"""Names of persons, places and organisations in text: what a name is, who finds them, and what that may cost."""
