"""The tag `policy_prompt`: the element, its data and its script, without inline script or style."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django import template
from django.conf import settings
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from inforce.client.frameworks.django.acceptance import page_subject
from inforce.client.frameworks.django.configuration import configuration

register = template.Library()


@register.simple_tag(takes_context=True)
def policy_prompt(context: Mapping[str, Any], **options: Any) -> SafeString:
    """Return the script and the element `<policy-prompt>` for the user of the page.

    :param options: further attributes; `leave_open=True` becomes the attribute `leave-open`
    """
    nonce = context.get("csp_nonce") or getattr(context["request"], "csp_nonce", "")
    address = reverse("inforce_policies:browser", args=["page.js"])
    return format_html(
        '<script type="module" src="{}"{}></script><policy-prompt{}></policy-prompt>',
        address,
        format_html(' nonce="{}"', nonce) if nonce else "",
        policy_attributes(context, **options),
    )


@register.simple_tag(takes_context=True)
def policy_attributes(context: Mapping[str, Any], **options: Any) -> SafeString:
    """Return the attributes of the element, for a page that writes the element with content of its own."""
    request = context["request"]
    subject, given = page_subject(request), configuration()
    attributes = {
        "manifest": given.manifest,
        "keys": json.dumps({"keys": list(given.keys)}) if given.keys else None,
        "subject": subject["id"],
        "since": subject.get("since"),
        "audience": ",".join(given.audience_of(request)) or None,
        "languages": getattr(request, "LANGUAGE_CODE", None),
        "receipts": reverse("inforce_policies:receipts"),
        "records": reverse("inforce_policies:records"),
        "data-header": settings.CSRF_HEADER_NAME.removeprefix("HTTP_").replace("_", "-").lower(),
        "data-token": get_token(request),
        **{name.replace("_", "-"): value for name, value in options.items()},
    }
    shown = [(name, "" if value is True else value) for name, value in attributes.items() if value not in (None, False)]
    return format_html_join("", ' {}="{}"', shown)
