"""The site: renders the pages of a publication with MkDocs and Material for MkDocs.

Invariants: all text by policy authors passes one renderer and one sanitiser, and none of it can run as script; no other
package imports this one, so that another site generator changes only this package.
"""
