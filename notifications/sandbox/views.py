"""The demo's phones and mailboxes in the browser."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def index(request: HttpRequest) -> HttpResponse:
    return render(request, "sandbox/index.html")


def phone(request: HttpRequest, number: str) -> HttpResponse:
    return render(request, "sandbox/phone.html", {"number": number})


def mail(request: HttpRequest, address: str) -> HttpResponse:
    return render(request, "sandbox/mail.html", {"address": address})
