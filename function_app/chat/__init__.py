"""Chat: takes messages in, stores each once, passes them on, and shows the history."""
