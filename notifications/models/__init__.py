"""When and how we speak: what was chosen, what is planned, what was tried, and what came back."""

from notifications.models.answers import AnswerKind as AnswerKind
from notifications.models.answers import ReminderAnswer as ReminderAnswer
from notifications.models.cadence import Cadence as Cadence
from notifications.models.cadence import MessageTemplate as MessageTemplate
from notifications.models.cadence import Step as Step
from notifications.models.choice import Consent as Consent
from notifications.models.choice import Hold as Hold
from notifications.models.choice import Preference as Preference
from notifications.models.choice import RecordedContact as RecordedContact
from notifications.models.conversation import Attachment as Attachment
from notifications.models.conversation import Conversation as Conversation
from notifications.models.conversation import ConversationMessage as ConversationMessage
from notifications.models.engine import Attempt as Attempt
from notifications.models.engine import Lane as Lane
from notifications.models.engine import Portion as Portion
from notifications.models.engine import ProviderEvent as ProviderEvent
from notifications.models.engine import Reminder as Reminder
from notifications.models.engine import Tick as Tick
from notifications.models.help import HelpRequest as HelpRequest
from notifications.models.law import RulebookText as RulebookText
from notifications.models.push import PushDevice as PushDevice
from notifications.models.templates import ProviderTemplate as ProviderTemplate
from notifications.models.webhooks import WebhookDelivery as WebhookDelivery
from notifications.models.webhooks import WebhookEndpoint as WebhookEndpoint
from notifications.models.worker import Worker as Worker
