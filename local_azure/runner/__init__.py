"""Starts, watches and stops every part of Parley on one machine (`./parley run`)."""
