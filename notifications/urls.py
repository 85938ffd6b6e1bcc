"""Addresses of what a borrower decides and reads: reminder preferences, stop, and the inbox."""

from django.urls import path

from notifications import views

app_name = "notifications"
urlpatterns = [
    path("reminders/", views.preferences_page, name="preferences"),
    path("reminders/preview/", views.preview_page, name="preview"),
    path("reminders/stop/", views.stop_page, name="stop"),
    path("reminders/start/", views.start, name="start"),
    path("inbox/", views.inbox_page, name="inbox"),
    path("inbox/<uuid:attempt_id>/", views.message_page, name="message"),
]
