"""Addresses of the journeys of a person: claiming, profile, language."""

from django.urls import URLPattern

app_name = "accounts"
urlpatterns: list[URLPattern] = []
