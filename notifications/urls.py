"""Addresses of what a borrower decides and reads: reminder preferences, stop, and the inbox."""

from django.urls import path

from notifications import push_views, views

app_name = "notifications"
urlpatterns = [
    path("reminders/", views.preferences_page, name="preferences"),
    path("reminders/preview/", views.preview_page, name="preview"),
    path("reminders/stop/", views.stop_page, name="stop"),
    path("reminders/start/", views.start, name="start"),
    path("reminders/devices/", push_views.devices_page, name="devices"),
    path("reminders/devices/<int:device_id>/remove/", push_views.device_remove, name="device_remove"),
    path("inbox/", views.inbox_page, name="inbox"),
    path("inbox/read/", views.inbox_read, name="inbox_read"),
    path("inbox/news/", views.news_page, name="news"),
    path("inbox/<uuid:attempt_id>/", views.message_page, name="message"),
]
