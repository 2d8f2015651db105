"""What all endpoints share: the application, its envelope, credentials, conditional requests and errors."""
