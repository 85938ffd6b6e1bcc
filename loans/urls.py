"""Addresses of what a borrower owes."""

from django.urls import path

from loans import views

app_name = "loans"
urlpatterns = [
    path("overview/", views.dashboard, name="dashboard"),
    path("accounts/<uuid:public_id>/", views.account, name="account"),
    path("accounts/<uuid:public_id>/payoff/", views.payoff, name="payoff"),
    path("accounts/<uuid:public_id>/pay-more/", views.pay_more, name="pay_more"),
]
