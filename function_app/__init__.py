"""The control plane: Parley's HTTP API, its timers and its change feeds, on Azure Functions.

`app` must stay the only name here that is bound to a FunctionApp: the Functions worker imports this package and takes
what it finds.
"""

import gc

import azure.functions as func

from function_app.api.application import create_api
from function_app.process import process as _process
from function_app.triggers.meeting_changes import blueprint as _meeting_changes
from function_app.triggers.notifications import blueprint as _notifications
from function_app.triggers.operations import blueprint as _operations
from function_app.triggers.retention import blueprint as _retention
from function_app.triggers.sweep import blueprint as _sweep
from function_app.triggers.webhooks import blueprint as _webhooks

app = func.AsgiFunctionApp(app=create_api(_process), http_auth_level=func.AuthLevel.ANONYMOUS)
app.register_functions(_meeting_changes)
app.register_functions(_operations)
app.register_functions(_retention)
app.register_functions(_notifications)
app.register_functions(_sweep)
app.register_functions(_webhooks)

# What was imported stays as long as the process: looking through it for garbage would hold up every request for 0.1 s,
# every few seconds of a busy hour.
gc.freeze()

__all__ = ["app"]
