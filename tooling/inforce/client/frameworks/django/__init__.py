"""Policies in a Django project: an app with a model, routes, a gate as middleware, template tags and an admin list.

    INSTALLED_APPS = [..., "inforce.client.frameworks.django"]
    MIDDLEWARE = [..., "inforce.client.frameworks.django.middleware.policy_gate"]
    INFORCE_POLICIES = {"SITE": "https://policies.shop.example/"}

Invariants: a policy site that does not answer neither prevents the start nor blocks a user; a record is stored once
per id and never changed.
"""
