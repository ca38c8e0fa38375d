"""Text in, findings out. Knows nothing of proxies, vendors or policy."""
