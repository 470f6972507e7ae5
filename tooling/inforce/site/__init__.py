"""The site: MkDocs and Material around the pages of a publication.

Keeps true: everything a policy author wrote passes one renderer and one sanitiser, and nothing of it can run. A leaf:
no other room knows this one, so another generator costs this room and nothing else.
"""
