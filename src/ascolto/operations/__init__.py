"""What whoever runs an installation does to it: back it up, restore it, examine it.

Owns: the archive format of a backup and the list of examinations. Never: the product's own data
rules; a backup is the database as a whole and the files beside it.
"""
