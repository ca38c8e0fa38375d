"""Bundles: everything that decides in one file, that people can sign and the proxy can insist on.

`manifest` and `container` are the format, `signature`, `keyfile` and `trust` who vouches for it, `source` what goes in,
`force` what comes of it, `serial` which came before. Nothing here judges rules or policies: their own loaders do.
"""
