"""Which predictions need eyes, and what the eyes found."""
