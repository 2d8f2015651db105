"""Writes what of the SDKs follows from the OpenAPI document: the methods of both clients, and Python's models.

`make generate` calls it. All else of the SDKs is written by hand, and small.
"""
