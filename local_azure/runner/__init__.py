"""Starts, watches and stops every part of Parley on one machine (`python -m local_azure run`)."""
