"""The phones and mailboxes of the demo. Mounted only where the portal runs locally."""

from django.urls import path

from notifications.sandbox import views

app_name = "sandbox"

urlpatterns = [
    path("", views.index, name="index"),
    path("push/", views.allow_push, name="push"),
    path("phone/<str:number>/", views.phone, name="phone"),
    path("mail/<str:address>/", views.mail, name="mail"),
]
