"""Addresses that a reminder's links lead to."""

from django.urls import path

from notifications.reply_links import views

app_name = "reply_links"
urlpatterns = [path("<slug:kind>/<str:token>/", views.page, name="page")]
