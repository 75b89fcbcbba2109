"""What accounts do, one verb a module."""
