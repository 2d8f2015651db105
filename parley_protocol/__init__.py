"""Everything Parley's deployables say to one another: ids, tokens, signalling messages, error codes. No I/O.

The prose is in docs/signalling.md; the models here are its letter, and the client's types are generated from them.
"""
