"""Pages that need no script: a form to write, the conversation by link, how long one waits."""
