"""The map of the site. Each app owns its own addresses."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from loans.api.v1 import api
from notifications.push import views as push_views
from portal import health, metrics, views

urlpatterns = [
    path("", views.home, name="home"),
    path("", include("accounts.urls")),
    path("", include("loans.urls")),
    path("", include("notifications.urls")),
    path("help/", include("notifications.help.urls")),
    path("contact/", include("notifications.conversations.urls")),
    path("", include("notifications.reply_links.urls")),
    path("account/", include("allauth.urls")),
    path("hooks/", include("notifications.hooks.urls")),
    path("api/v1/", api.urls),
    path("admin/", admin.site.urls),
    path("push-worker.js", push_views.worker, name="push_worker"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
]

handler400 = "portal.views.bad_request"
handler500 = "portal.views.server_error"

if settings.LOCAL:
    urlpatterns.append(path("styleguide/", views.styleguide, name="styleguide"))
if settings.LOCAL and settings.SANDBOX_URL:
    urlpatterns.append(path("sandbox/", include("notifications.sandbox.urls")))
