"""PATH: names and kinds of folders and files; all of it is found while the book is read."""

from __future__ import annotations

from inforce.checks.rule import on_reading

policy_id = on_reading("PATH-policy", "A policy's folder has a name that is no safe folder name and address.")
link = on_reading("PATH-link", "A symbolic link, or something that is neither a file nor a folder.")
collision = on_reading("PATH-collision", "Two names that are one and the same on many disks.")
size = on_reading("PATH-size", "A file of more than 1 MiB, or a text with more than 20,000 table cells.")
unexpected = on_reading("PATH-unexpected", "A file or folder that has no place in a book.")
repository = on_reading("PATH-repository", "A bare git repository in, beside or above the book.")

RULES = (policy_id, link, collision, size, unexpected, repository)
