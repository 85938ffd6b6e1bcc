"""Addresses that a reminder's links lead to."""

from django.urls import path, re_path

from notifications.reply_links import views

app_name = "reply_links"
urlpatterns = [
    path("answer/<slug:kind>/<str:token>/", views.page, name="page"),
    # As short as can be: each sign of a text costs. Some phones add a slash to what they take for a link.
    re_path(r"^a/(?P<token>[^/]+)/?$", views.choose, name="choose"),
]
