"""The engine's SQL, named. Each statement works on a set; `%(now)s` is always an argument.

Leases alone go by the database's own clock, `now()`, which is one for all: whether somebody is still at work is no
matter of what time the asker believes it is. A worker whose clock was an hour off had all others' calls given up.
Arrays are given as `array` writes them.
"""

from collections.abc import Iterable


def array(values: Iterable[object]) -> str:
    """An array as PostgreSQL reads it. The driver asks each value for its type, which takes six times as long, and a
    reminder has some thirty."""
    return "{" + ",".join(map(_element, values)) + "}"


def _element(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, int):
        return str(value)
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


# The zones borrowers live in, by jumping from one to the next in the index: 40 steps, not a million rows.
ZONES_IN_USE = """
WITH RECURSIVE used(time_zone) AS (
    (SELECT time_zone FROM accounts_borrower ORDER BY time_zone LIMIT 1)
    UNION ALL
    SELECT (SELECT time_zone FROM accounts_borrower b
            WHERE b.time_zone > used.time_zone ORDER BY b.time_zone LIMIT 1)
    FROM used WHERE used.time_zone IS NOT NULL
)
SELECT time_zone FROM used WHERE time_zone IS NOT NULL
"""

# Plan one step: write the reminders whose day has come, and wake their borrowers' lanes. Found by the partial
# index on open bills' due days, so the cost grows with what is due. The natural key makes a repeat write
# nothing. No decision is taken here that the gate would have to repeat: who has chosen hours is first looked
# at as the day begins, who has not as the default hours open, which saves the gate a second look. OFFSET 0 keeps
# "known" a look into the unique index for each bill: on tables without statistics the planner else joins by
# step alone, every new bill with every old reminder (measured: 18 s for 10,000 in place of 0.5). It also keeps "due"
# one row a bill: the planner else joins the hours by day alone and looks for each bill's borrower once a zone.
PLAN_STEP = """
WITH hours(time_zone, day, begins, opens, ends) AS (
    SELECT * FROM unnest(%(zones)s::text[], %(days)s::date[], %(begins)s::timestamptz[],
                         %(opens)s::timestamptz[], %(ends)s::timestamptz[])
),
fresh AS (
    INSERT INTO notifications_reminder (borrower_id, bill_id, step_id, state, step_day, next_attempt_at,
                                        expires_at, tries, failed_channels, reasons, planned_at)
    SELECT due.borrower_id, due.bill_id, %(step)s, 'planned', hours.day,
           CASE WHEN preference.borrower_id IS NULL THEN hours.opens ELSE hours.begins END,
           hours.ends, 0, '[]', '[]', %(now)s
    FROM (
        SELECT bill.id AS bill_id, bill.due_on + %(offset)s AS day, borrower.id AS borrower_id, borrower.time_zone
        FROM loans_bill bill
        JOIN loans_creditaccount account ON account.id = bill.account_id
        JOIN accounts_borrower borrower ON borrower.id = account.borrower_id
        WHERE bill.closed_at IS NULL
          AND bill.amount > bill.paid
          AND bill.due_on BETWEEN %(first_due)s AND %(last_due)s
          AND account.status = 'open'
          AND (%(product)s = '' OR account.product = %(product)s)
          AND NOT EXISTS (SELECT FROM notifications_reminder known
                          WHERE known.bill_id = bill.id AND known.step_id = %(step)s OFFSET 0)
        OFFSET 0
    ) due
    JOIN hours ON hours.time_zone = due.time_zone AND hours.day = due.day
    LEFT JOIN notifications_preference preference ON preference.borrower_id = due.borrower_id
    ON CONFLICT (bill_id, step_id) DO NOTHING
    RETURNING borrower_id, next_attempt_at
),
woken AS (
    INSERT INTO notifications_lane (borrower_id, next_at, claim)
    SELECT borrower_id, min(next_attempt_at), 0 FROM fresh GROUP BY borrower_id ORDER BY borrower_id
    ON CONFLICT (borrower_id) DO UPDATE SET next_at = LEAST(notifications_lane.next_at, excluded.next_at)
)
SELECT count(*) FROM fresh
"""

# Take the lanes that are due, oldest first, each for one worker until its lease ends. The claim number is the
# fencing token. The due lanes are found once: as a subquery of the update, a nested loop over them may run the
# search anew for each row and so take more than the limit. With each, whether a provider said something against the
# person's address whose consequence nobody has drawn yet: its worker died after it had settled.
CLAIM_LANES = """
WITH due AS MATERIALIZED (
    SELECT borrower_id FROM notifications_lane
    WHERE next_at <= %(now)s AND (leased_until IS NULL OR leased_until <= now()) AND set_aside_at IS NULL
    ORDER BY next_at LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
)
UPDATE notifications_lane lane SET leased_until = now() + %(lease)s, claim = lane.claim + 1
FROM due WHERE lane.borrower_id = due.borrower_id
RETURNING lane.borrower_id, lane.claim,
          EXISTS (SELECT FROM notifications_attempt attempt
                  WHERE attempt.borrower_id = lane.borrower_id AND NOT attempt.said_against = '')
"""

# The reminders that a new attempt speaks for: on their way, or with an inbox note already there. The reasons are
# copied from the attempt here, because quoting a thousand of them a second time costs more than the statement.
WRITE_SPOKEN_FOR = """
UPDATE notifications_reminder reminder
SET state = CASE attempt.state WHEN 'calling' THEN 'calling' ELSE 'sent' END,
    tries = reminder.tries + (attempt.state = 'calling')::int, reasons = attempt.reasons,
    template_id = attempt.template_id, decided_at = %(now)s
FROM notifications_attempt attempt
JOIN notifications_attempt_reminders link ON link.attempt_id = attempt.id
WHERE attempt.id = ANY(%(attempts)s::uuid[]) AND reminder.id = link.reminder_id
"""

# The reminders that wait or fall away.
WRITE_SILENT = """
UPDATE notifications_reminder reminder
SET state = decided.state, next_attempt_at = COALESCE(decided.next_at, reminder.next_attempt_at),
    reasons = decided.reasons::jsonb, decided_at = %(now)s
FROM unnest(%(ids)s::bigint[], %(states)s::text[], %(nexts)s::timestamptz[], %(reasons)s::text[])
     AS decided(id, state, next_at, reasons)
WHERE reminder.id = decided.id
"""

# After a claim's decisions: when to look again, and keep the lease only where a provider is being called. The
# lanes are locked since the claim and this statement's snapshot is younger, so no new reminder is overlooked:
# a planner that wrote one waits for our commit before it lowers next_at.
PARK_LANES = """
WITH portions AS (
    INSERT INTO notifications_portion (id, attempts, made_at)
    SELECT portion, array_agg(attempt), now()
    FROM unnest(%(portions)s::uuid[], %(waiting)s::uuid[]) AS call(portion, attempt)
    GROUP BY portion
)
UPDATE notifications_lane lane
SET next_at = (SELECT min(next_attempt_at) FROM notifications_reminder reminder
               WHERE reminder.borrower_id = lane.borrower_id AND reminder.state = 'planned'),
    leased_until = CASE WHEN lane.borrower_id = ANY(%(calling)s::bigint[]) THEN lane.leased_until END,
    fruitless = CASE WHEN lane.borrower_id = ANY(%(undecided)s::bigint[]) THEN lane.fruitless + 1
                     WHEN lane.borrower_id = ANY(%(calling)s::bigint[]) THEN lane.fruitless ELSE 0 END,
    set_aside_at = CASE WHEN lane.borrower_id = ANY(%(undecided)s::bigint[]) AND lane.fruitless + 1 >= %(most_claims)s
                        THEN %(now)s END
WHERE lane.borrower_id = ANY(%(borrowers)s::bigint[])
"""

# Write what the providers answered, and give the lanes back; one statement, so it holds whole or not at all.
# Fenced by the claim number: a lane that another claim has taken over stays that one's, but is woken for what is due
# again, which that claim did not see. A receipt may have come first and settled the attempt as accepted; an attempt
# given up as unknown may still learn better. Of the reminders only good news reaches one that was given up as unknown:
# it is never planned anew. Rows are locked in one order everywhere: portions, lanes, attempts, reminders. PostgreSQL
# runs the main statement first and the last WITH before the others, so the count of the attempts holds the reminders
# back until those are done: a receipt, which locks an attempt and then its reminders, made a deadlock of it else. The
# portions that were there to be deleted are the worker's to call; the others the reaper has given back. The states are
# asked in a CASE of both tables, which the planner does not turn into a search: its statistics know of no row that is
# "calling", so it compared all that are with all answers (measured: 160 µs of 250 a reminder).
SETTLE = """
WITH begun AS (
    DELETE FROM notifications_portion WHERE id = ANY(%(portions)s::uuid[]) RETURNING id
),
attempts AS (
    UPDATE notifications_attempt attempt
    SET state = answer.state, provider_reference = answer.reference, detail = answer.detail,
        retry_after = answer.retry_after, said_against = answer.said_against, settled_at = %(now)s
    FROM unnest(%(ids)s::uuid[], %(claims)s::bigint[], %(states)s::text[], %(references)s::text[],
                %(details)s::text[], %(retry_afters)s::timestamptz[], %(saids)s::text[])
         AS answer(id, claim, state, reference, detail, retry_after, said_against)
    WHERE attempt.id = answer.id
      AND CASE attempt.claim WHEN answer.claim THEN attempt.state IN ('calling', 'unknown') END
    RETURNING 1
),
reminders AS (
    UPDATE notifications_reminder reminder
    SET state = answer.state, next_attempt_at = COALESCE(answer.next_at, reminder.next_attempt_at),
        failed_channels = reminder.failed_channels || answer.failed::jsonb,
        refused_by = reminder.refused_by || answer.refused_by::jsonb
    FROM unnest(%(reminders)s::bigint[], %(reminder_states)s::text[], %(reminder_nexts)s::timestamptz[],
                %(failed)s::text[], %(refused_by)s::text[])
         AS answer(id, state, next_at, failed, refused_by)
    WHERE reminder.id = answer.id
      AND CASE reminder.state WHEN 'calling' THEN TRUE WHEN 'unknown' THEN answer.state = 'sent' END
      AND (SELECT count(*) FROM attempts) >= 0
),
lanes AS (
    UPDATE notifications_lane lane
    SET leased_until = CASE WHEN lane.claim <> freed.claim THEN lane.leased_until END,
        next_at = LEAST(lane.next_at, freed.next_at),
        fruitless = CASE WHEN lane.claim <> freed.claim THEN lane.fruitless ELSE 0 END
    FROM unnest(%(borrowers)s::bigint[], %(claims)s::bigint[], %(nexts)s::timestamptz[])
         AS freed(borrower_id, claim, next_at)
    WHERE lane.borrower_id = freed.borrower_id AND (lane.claim = freed.claim OR freed.next_at IS NOT NULL)
)
SELECT id FROM begun
"""

# The reaper: a worker died between its commit and its answer. What still waits in a portion was never begun, for a
# worker deletes the portion's row before it calls: it is refused, which gives its place in the caps back, and its
# reminders are due again, as if it had not been tried. Of the rest nobody knows whether the call was made, so the
# attempt and its reminders become unknown, and are never sent again. A call lives as long as its lane's lease. A
# notice's (claim 0) has none and is given up by its own age: an answer that comes later still settles it. Locks in the
# order of SETTLE.
REAP_LAPSED = """
WITH spared AS (
    DELETE FROM notifications_portion WHERE made_at <= now() - %(lease)s RETURNING attempts
),
never AS MATERIALIZED (
    SELECT attempt.id, attempt.borrower_id
    FROM spared, unnest(spared.attempts) AS waiting(id)
    JOIN notifications_attempt attempt ON attempt.id = waiting.id
),
freed AS (
    UPDATE notifications_lane lane
    SET leased_until = CASE WHEN leased_until > now() THEN leased_until END,
        fruitless = fruitless + COALESCE(leased_until <= now(), false)::int,
        set_aside_at = CASE WHEN leased_until <= now() AND fruitless + 1 >= %(most_claims)s
                            THEN %(now)s ELSE set_aside_at END,
        next_at = CASE WHEN lane.borrower_id IN (SELECT borrower_id FROM never)
                       THEN LEAST(lane.next_at, %(now)s) ELSE lane.next_at END
    WHERE borrower_id IN (SELECT borrower_id FROM notifications_lane WHERE leased_until <= now()
                          UNION ALL SELECT borrower_id FROM never)
    RETURNING 1
),
lapsed AS (
    UPDATE notifications_attempt attempt
    SET state = CASE WHEN attempt.id IN (SELECT id FROM never) THEN 'refused_retryable' ELSE 'unknown' END,
        detail = CASE WHEN attempt.id IN (SELECT id FROM never) THEN %(never_begun)s ELSE %(detail)s END,
        settled_at = %(now)s
    FROM (SELECT count(*) FROM freed) AS first
    WHERE state = 'calling' AND CASE WHEN claim = 0 THEN started_at <= now() - %(lease)s
                                     ELSE NOT EXISTS (SELECT FROM notifications_lane lane
                                                      WHERE lane.borrower_id = attempt.borrower_id
                                                        AND lane.claim = attempt.claim
                                                        AND lane.leased_until > now()) END
    RETURNING id, state
),
reminders AS (
    UPDATE notifications_reminder reminder
    SET state = CASE WHEN lapsed.state = 'unknown' THEN 'unknown' ELSE 'planned' END,
        next_attempt_at = CASE WHEN lapsed.state = 'unknown' THEN reminder.next_attempt_at ELSE %(now)s END,
        tries = reminder.tries - (lapsed.state <> 'unknown')::int,
        decided_at = %(now)s
    FROM lapsed JOIN notifications_attempt_reminders link ON link.attempt_id = lapsed.id
    WHERE reminder.id = link.reminder_id AND reminder.state = 'calling'
)
SELECT count(*) FROM lapsed WHERE state = 'unknown'
"""

# A payment or an import closed bills: their reminders that have not gone out are cancelled. Walks the partial
# index of planned reminders of the borrowers concerned, or of all where none are named.
CANCEL_PAID = """
UPDATE notifications_reminder reminder
SET state = 'cancelled', decided_at = %(now)s, reasons = %(reasons)s::jsonb
FROM loans_bill bill
WHERE bill.id = reminder.bill_id AND bill.closed_at IS NOT NULL AND reminder.state = 'planned'
  AND (%(borrower)s::bigint IS NULL OR reminder.borrower_id = %(borrower)s)
"""

# The contacts that caps count: attempts outside the inbox that may have reached the person, with the accounts
# they spoke of, and what staff recorded. Oldest first.
CONTACTS = """
SELECT attempt.borrower_id, attempt.started_at AS at, attempt.channel, 'sent', false,
       COALESCE(point.value, ''),
       ARRAY(SELECT DISTINCT bill.account_id
             FROM notifications_attempt_reminders link
             JOIN notifications_reminder reminder ON reminder.id = link.reminder_id
             JOIN loans_bill bill ON bill.id = reminder.bill_id
             WHERE link.attempt_id = attempt.id)
FROM notifications_attempt attempt
LEFT JOIN accounts_contactpoint point ON point.id = attempt.contact_point_id
WHERE attempt.borrower_id = ANY(%(borrowers)s::bigint[]) AND attempt.started_at > %(since)s
  AND attempt.channel <> 'inbox' AND attempt.state IN ('calling', 'accepted', 'unknown')
UNION ALL
SELECT contact.borrower_id, contact.at, contact.channel, contact.outcome, contact.is_inbound, '',
       CASE WHEN contact.account_id IS NULL
            THEN ARRAY(SELECT id FROM loans_creditaccount known WHERE known.borrower_id = contact.borrower_id)
            ELSE ARRAY[contact.account_id] END
FROM notifications_recordedcontact contact
WHERE contact.borrower_id = ANY(%(borrowers)s::bigint[]) AND contact.at > %(since)s
ORDER BY at
"""

# The last bills of each account that say something of a habit: when they were due, when the last of them was
# paid (a card's statement that the next one replaced: when it was replaced), and on which days we had asked.
PAST_BILLS = """
SELECT account.borrower_id, account.id, past.number, past.id, past.due_on,
       CASE WHEN past.paid >= past.amount
            THEN (SELECT max(payment.received_on) FROM loans_allocation allocation
                  JOIN loans_payment payment ON payment.id = allocation.payment_id
                  WHERE allocation.bill_id = past.id)
            ELSE past.replaced_on END,
       ARRAY(SELECT DISTINCT (attempt.started_at AT TIME ZONE 'UTC')::date
             FROM notifications_reminder reminder
             JOIN notifications_attempt_reminders link ON link.reminder_id = reminder.id
             JOIN notifications_attempt attempt ON attempt.id = link.attempt_id
             WHERE reminder.bill_id = past.id AND attempt.state = 'accepted')
FROM loans_creditaccount account
CROSS JOIN LATERAL (
    SELECT bill.id, bill.due_on, bill.paid, bill.amount, bill.number,
           (SELECT next.issued_on FROM loans_bill next
            WHERE next.account_id = bill.account_id AND next.number = bill.number + 1) AS replaced_on
    FROM loans_bill bill
    WHERE bill.account_id = account.id AND bill.amount > 0 AND bill.due_on < %(before)s
    ORDER BY bill.number DESC
    LIMIT %(bills)s + CASE WHEN %(since)s < %(before)s
        THEN (SELECT count(*) FROM loans_bill later
              WHERE later.account_id = account.id AND later.due_on >= %(since)s AND later.due_on < %(before)s)
        ELSE 0 END
) past
WHERE account.borrower_id = ANY(%(borrowers)s::bigint[])
"""
