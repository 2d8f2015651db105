# The functions are in the package function_app/, whose __init__.py exposes `app`; the Functions worker wants this file to be here.
