"""The one command, `./parley`: what it can do, each a module elsewhere that is loaded when it is asked for."""
