"""What this app does when the apps below it speak. Imported by the app's config when it is ready."""

from accounts.signals import sms_wanted
from notifications import direct

sms_wanted.connect(direct.when_committed, dispatch_uid="direct_text")
