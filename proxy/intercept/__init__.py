"""The only importer of mitmproxy: everything about its hooks, layers and options stays in this package."""
