"""The laptop's Functions host: serves the app's FastAPI application and fires the triggers registered on it."""
