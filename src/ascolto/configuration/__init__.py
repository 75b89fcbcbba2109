"""What an organisation works by, as versions: who changed what and why, later and back again."""
