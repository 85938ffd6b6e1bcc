"""What of this app is deleted by age."""

from accounts import retention
from accounts.retention import Kind
from loans.models import ApiCall

retention.add(Kind("api_calls", 400, lambda before: ApiCall.objects.filter(at__lt=before)))
