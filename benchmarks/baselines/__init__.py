"""The same reminders, sent by one Celery task each: as people write it, and tuned. What the engine is compared with.

Both render the same words, post the same form and leave the same rows behind. Neither asks what the engine asks
before each message (law, caps, hours, holds, habit), nor survives what it survives: that is to their advantage.
"""
