"""Addresses of a borrower's conversations with the lender."""

from django.urls import path

from notifications.conversations import views

app_name = "conversations"
urlpatterns = [
    path("", views.list_page, name="list"),
    path("new/", views.new_page, name="new"),
    path("files/<uuid:attachment_id>/", views.file, name="file"),
    path("<uuid:conversation_id>/", views.thread_page, name="thread"),
]
