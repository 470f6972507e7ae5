"""The vocabulary and the patterns of a manifest, shared by its writer, its reader and its schema.

The patterns mean the same in Python and in JSON Schema (ECMA-262), and match whole texts.
"""

from __future__ import annotations

SPEC = "1.0"
MANIFEST_TYPE = "policy-manifest"
VERSIONS_TYPE = "policy-versions"
DIGESTS_TYPE = "policy-version-digests"

ACTS = ("acknowledge", "accept", "consent", "none")
CHANGES = ("material", "notice", "editorial")
STATES = ("announced", "in_force", "superseded", "cancelled")

# The path of a manifest below its site: of the main one, and of those with a subset of the policies.
MAIN_PATH = "policies.json"
MANIFEST_NAME = r"[a-z0-9][a-z0-9-]{0,62}"
# No other manifest is called `policies`, so a client can derive the site from the address of any manifest.
MANIFEST_PATH = rf"(policies|manifests/(?!policies\.){MANIFEST_NAME})\.json"

SPEC_FORM = r"[0-9]{1,4}\.[0-9]{1,4}"
SITE = r"(https://[^\s/?#@]+|http://(localhost|127\.0\.0\.1)(:[0-9]+)?)/([^\s?#]*/)?"
# RFC 3339 in UTC with whole seconds; the years 1900 to 9998 leave room for date arithmetic.
_YEAR = r"(19[0-9]{2}|[2-8][0-9]{3}|9[0-8][0-9]{2}|99[0-8][0-9]|999[0-8])"
INSTANT = _YEAR + r"-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z"
POLICY_ID = r"[a-z0-9][a-z0-9-]{0,62}"
# The number of a version as the name of a field, where JSON has only text.
NUMBER = r"[1-9][0-9]{0,14}"
VERSION_LABEL = r"[0-9]{1,9}([.-][0-9]{1,9}){0,7}"
LANGUAGE = r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,8}"
DIGEST = r"sha256:[0-9a-f]{64}"
# Relative, and no segment begins with a dot, so it cannot lead outside the site.
PAGE = r"([A-Za-z0-9_~][A-Za-z0-9._~-]*/)+"
ADDRESS = r"([A-Za-z0-9_~][A-Za-z0-9._~-]*/)+([A-Za-z0-9_~][A-Za-z0-9._~-]*)?"


def signed_path(path: str) -> str:
    """Return the path of the signed form of the manifest at `path`: `policies.jws.json` for `policies.json`."""
    return f"{path.removesuffix('.json')}.jws.json"
