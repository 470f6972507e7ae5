"""PATH: names and kinds of folders and files; all of these problems are detected while the book is read."""

from __future__ import annotations

from inforce.checks.rule import on_reading

invalid_policy_id = on_reading("PATH-policy", "The name of a policy's folder cannot be used as a path and web address.")
special_file = on_reading("PATH-link", "A path is a symbolic link or a special file.")
name_collision = on_reading("PATH-collision", "Two names are identical on some file systems.")
too_large = on_reading(
    "PATH-size", "A file is larger than 1 MiB, or a text has more than 20,000 table cells or 5,000 headings."
)
unexpected_path = on_reading("PATH-unexpected", "A file or folder does not belong in a book.")
bare_repository = on_reading("PATH-repository", "There is a bare git repository in, beside or above the book.")

RULES = (invalid_policy_id, special_file, name_collision, too_large, unexpected_path, bare_repository)
