"""Addresses of what a borrower owes."""

from django.urls import path

from loans import feed_views, paper_views, views
from loans.pay import views as pay_views

app_name = "loans"
urlpatterns = [
    path("overview/", views.dashboard, name="dashboard"),
    path("accounts/<uuid:public_id>/", views.account, name="account"),
    path("accounts/<uuid:public_id>/payoff/", views.payoff, name="payoff"),
    path("accounts/<uuid:public_id>/pay-more/", views.pay_more, name="pay_more"),
    path("accounts/<uuid:public_id>/statements/", paper_views.statements, name="statements"),
    path("accounts/<uuid:public_id>/statements/<str:name>.pdf", paper_views.statement, name="statement"),
    path("calendar/", feed_views.page, name="calendar"),
    path("calendar/<str:secret>.ics", feed_views.feed, name="feed"),
    path("accounts/<uuid:public_id>/pay/", pay_views.pay, name="pay"),
    path("payments/online/<uuid:order_id>/", pay_views.order, name="pay_order"),
    path("hooks/pay/<slug:name>/", pay_views.hook, name="pay_hook"),
    path("payments/<uuid:payment_id>/receipt.pdf", paper_views.receipt, name="receipt"),
]
