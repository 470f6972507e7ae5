"""Bringing the past along: a document's versions out of another git repository, or a plain text.

Keeps true: no word is changed, a policy gains all of an import or nothing, and nothing that stands there is touched.
What had to be decided on the way stands in remarks, for the person who knows the document.
"""
