# Functions start here: the package function_app/ beside this file exposes `app`.
# The worker wants this file to be there, and imports the package that has its name.
