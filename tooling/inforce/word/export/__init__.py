"""A redline written as a Word document with tracked changes."""
