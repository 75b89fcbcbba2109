"""What can be done with conversations, one module for each kind of doing."""
