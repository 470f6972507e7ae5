"""Where the book lies: the folder, its strict YAML, the lock file, and git as evidence.

Keeps true: nothing outside the book is read, no link is followed, and a file is written whole or not at all. Does not
judge what it reads beyond whether it can be read.
"""
