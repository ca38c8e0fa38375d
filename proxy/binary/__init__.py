"""Bodies that are no text: RPC frames, protobuf without a schema, AWS event streams. Each file reads one of them and
knows how it is written again; `document` and `rewrite` ask `binary.reader` and `binary.writer` alone.
"""
