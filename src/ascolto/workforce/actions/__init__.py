"""Use cases of the workforce room."""
