"""Import the history of a document from another git repository, or a plain text.

Invariants: no word is changed; an import adds all of its versions or none; existing files are not changed. Decisions
made during the import are returned as remarks for the editor.
"""
