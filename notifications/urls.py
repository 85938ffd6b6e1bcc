"""Addresses of what a borrower decides and reads: reminder preferences, stop, and the inbox."""

from django.urls import path

from notifications import check_views, history_views, views
from notifications.push import views as push_views

app_name = "notifications"
urlpatterns = [
    path("reminders/", views.preferences_page, name="preferences"),
    path("reminders/preview/", views.preview_page, name="preview"),
    path("reminders/plan/", views.plan_page, name="plan"),
    path("reminders/stop/", views.stop_page, name="stop"),
    path("reminders/start/", views.start, name="start"),
    path("reminders/devices/", push_views.devices_page, name="devices"),
    path("reminders/devices/<int:device_id>/remove/", push_views.device_remove, name="device_remove"),
    path("reminders/history/", history_views.history_page, name="history"),
    path("reminders/history.json", history_views.history_json, name="history_json"),
    path("reminders/history.csv", history_views.history_csv, name="history_csv"),
    path("check/", check_views.page, name="check"),
    path("inbox/", views.inbox_page, name="inbox"),
    path("inbox/read/", views.inbox_read, name="inbox_read"),
    path("inbox/news/", views.news_page, name="news"),
    path("inbox/<uuid:attempt_id>/", views.message_page, name="message"),
]
