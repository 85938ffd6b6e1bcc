"""The import's SQL, named. Each works on one file's staging table, `stage`, whose rows carry their line."""

# An upsert returns for each row whether it is new. Counted by the database: a row each would fill our memory.
COUNT = """
WITH done(is_new) AS ({upsert})
SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM done
"""

DUPLICATES = """
SELECT line, 'names ' || {label} || ' a second time; the first is in line ' || first
FROM (SELECT line, {key}, min(line) OVER (PARTITION BY {key}) AS first FROM stage) numbered
WHERE line > first ORDER BY line
"""

NO_BORROWER = """
SELECT line, 'there is no borrower ' || stage.borrower_id
FROM stage LEFT JOIN accounts_borrower b ON b.reference = stage.borrower_id WHERE b.id IS NULL ORDER BY line
"""

NO_ACCOUNT = """
SELECT line, 'there is no account ' || stage.{account}
FROM stage LEFT JOIN loans_creditaccount a ON a.reference = stage.{account} WHERE a.id IS NULL ORDER BY line
"""

OTHER_CURRENCY = """
SELECT line, 'is in ' || stage.currency || ', the account ' || a.reference || ' is in ' || a.currency
FROM stage JOIN loans_creditaccount a ON a.reference = stage.{account}
WHERE stage.currency <> a.currency ORDER BY line
"""

TAKEN_PAYMENT = """
SELECT line, 'the payment ' || p.reference || ' is already in the books with other figures'
FROM stage JOIN loans_payment p ON p.reference = stage.payment_id
JOIN loans_creditaccount a ON a.id = p.account_id
WHERE a.reference <> stage.{account} OR p.amount <> stage.amount ORDER BY line
"""

BORROWERS = """
INSERT INTO accounts_borrower (reference, name, country, region, language, time_zone, created_at)
SELECT borrower_id, name, country, region, language, time_zone, %(now)s FROM stage
ON CONFLICT (reference) DO UPDATE SET name = excluded.name, country = excluded.country, region = excluded.region
WHERE (accounts_borrower.name, accounts_borrower.country, accounts_borrower.region)
      IS DISTINCT FROM (excluded.name, excluded.country, excluded.region)
RETURNING xmax = 0
"""

LOANS = """
INSERT INTO loans_creditaccount (public_id, reference, borrower_id, product, currency, status, lender_status,
    opened_on, principal, annual_rate_pct, instalments, instalment_amount, purpose, reported_balance, reported_at,
    months_past_due, days_past_due_band)
SELECT gen_random_uuid(), loan_id, b.id, product, currency,
       CASE stage.status WHEN 'Fully Paid' THEN 'closed' WHEN 'Charged Off' THEN 'charged_off' ELSE 'open' END,
       stage.status, disbursed_on, principal, annual_rate_pct, instalments, instalment_amount, purpose,
       reported_balance, CASE WHEN reported_balance IS NOT NULL THEN %(now)s::timestamptz END, 0, days_past_due_band
FROM stage JOIN accounts_borrower b ON b.reference = stage.borrower_id
ON CONFLICT (reference) DO UPDATE SET status = excluded.status, lender_status = excluded.lender_status,
    reported_balance = excluded.reported_balance, reported_at = excluded.reported_at,
    days_past_due_band = excluded.days_past_due_band
WHERE (loans_creditaccount.lender_status, loans_creditaccount.reported_balance,
       loans_creditaccount.days_past_due_band)
      IS DISTINCT FROM (excluded.lender_status, excluded.reported_balance, excluded.days_past_due_band)
RETURNING xmax = 0
"""

INSTALMENTS = """
INSERT INTO loans_bill (account_id, number, due_on, amount, principal, interest, balance_after, paid)
SELECT a.id, n, due_date, total, stage.principal, interest, balance, 0
FROM stage JOIN loans_creditaccount a ON a.reference = stage.loan_id
ON CONFLICT (account_id, number) DO NOTHING
RETURNING true
"""

LOANS_WITHOUT_BILLS = """
SELECT a.id, a.principal, a.annual_rate_pct, a.instalments, a.instalment_amount, a.opened_on, a.currency
FROM loans_creditaccount a
WHERE a.product = 'instalment_loan' AND NOT EXISTS (SELECT FROM loans_bill WHERE account_id = a.id)
"""

CARDS = """
INSERT INTO loans_creditaccount (public_id, reference, borrower_id, product, currency, status, lender_status,
    purpose, credit_limit, months_past_due, days_past_due_band)
SELECT gen_random_uuid(), account_id, b.id, product, currency, 'open', '', '', credit_limit, 0, ''
FROM stage JOIN accounts_borrower b ON b.reference = stage.borrower_id
ON CONFLICT (reference) DO UPDATE SET credit_limit = excluded.credit_limit
WHERE loans_creditaccount.credit_limit IS DISTINCT FROM excluded.credit_limit
RETURNING xmax = 0
"""

# What the file itself replaces or leaves without a demand comes in closed: an update later writes each row twice.
STATEMENTS = """
INSERT INTO loans_bill (account_id, number, issued_on, due_on, amount, statement_balance, paid, closed_at)
SELECT a.id, EXTRACT(year FROM month)::int * 12 + EXTRACT(month FROM month)::int, issued_on, due_date,
       minimum_due, bill_amount, 0,
       CASE WHEN month < max(month) OVER (PARTITION BY a.id) OR minimum_due = 0 THEN %(now)s::timestamptz END
FROM stage JOIN loans_creditaccount a ON a.reference = stage.account_id
ON CONFLICT (account_id, number) DO NOTHING
RETURNING true
"""

# Only the newest statement is a demand: what an older one asked for stands in it again.
REPLACED_STATEMENTS = """
UPDATE loans_bill bill SET closed_at = %(now)s
FROM (SELECT account_id, max(number) AS newest FROM loans_bill WHERE statement_balance IS NOT NULL
      GROUP BY account_id) last
WHERE last.account_id = bill.account_id AND bill.closed_at IS NULL AND bill.statement_balance IS NOT NULL
  AND (bill.number < last.newest OR bill.amount = 0)
"""

REPORT_OF_LAST_STATEMENT = """
UPDATE loans_creditaccount account
SET months_past_due = last.months_past_due, reported_balance = last.bill_amount, reported_at = %(now)s
FROM (SELECT DISTINCT ON (account_id) account_id, months_past_due, bill_amount FROM stage
      ORDER BY account_id, month DESC) last
WHERE account.reference = last.account_id
  AND (account.months_past_due, account.reported_balance) IS DISTINCT FROM (last.months_past_due, last.bill_amount)
"""

# The accounts that have new payments, and how many each.
PAYMENTS = """
WITH new AS (
    INSERT INTO loans_payment (public_id, account_id, reference, received_on, amount, basis, created_at)
    SELECT gen_random_uuid(), a.id, payment_id, received_on, stage.amount, basis, %(booked)s
    FROM stage JOIN loans_creditaccount a ON a.reference = stage.{account}
    ON CONFLICT (reference) DO NOTHING
    RETURNING account_id
)
SELECT account_id, count(*) FROM new GROUP BY account_id ORDER BY account_id
"""

# Split every payment of the accounts anew, oldest bill first: bills and payments laid end to end, each as an
# interval of money; a payment paid as much of a bill as their intervals share.
FORGET_ALLOCATIONS = """
DELETE FROM loans_allocation USING loans_payment p
WHERE p.id = loans_allocation.payment_id AND p.account_id = ANY(%(accounts)s)
"""
ALLOCATE_TO_INSTALMENTS = """
WITH bills AS (
    SELECT id, account_id, sum(amount) OVER w - amount AS low, sum(amount) OVER w AS high
    FROM loans_bill WHERE account_id = ANY(%(accounts)s) WINDOW w AS (PARTITION BY account_id ORDER BY number)
),
payments AS (
    SELECT id, account_id, sum(amount) OVER w - amount AS low, sum(amount) OVER w AS high
    FROM loans_payment WHERE account_id = ANY(%(accounts)s) AND reversed_at IS NULL
    WINDOW w AS (PARTITION BY account_id ORDER BY received_on, id)
)
INSERT INTO loans_allocation (payment_id, bill_id, amount)
SELECT p.id, b.id, LEAST(b.high, p.high) - GREATEST(b.low, p.low)
FROM payments p JOIN bills b ON b.account_id = p.account_id AND b.low < p.high AND p.low < b.high
"""
# A card's payment of a month answers the statement of the month before, up to its minimum.
ALLOCATE_TO_STATEMENTS = """
WITH answers AS (
    SELECT p.id AS payment_id, b.id AS bill_id, b.amount AS demanded, p.amount,
           sum(p.amount) OVER (PARTITION BY b.id ORDER BY p.received_on, p.id) AS high
    FROM loans_payment p
    JOIN LATERAL (SELECT id, amount FROM loans_bill
                  WHERE account_id = p.account_id AND issued_on < p.received_on
                  ORDER BY issued_on DESC LIMIT 1) b ON true
    WHERE p.account_id = ANY(%(accounts)s) AND p.reversed_at IS NULL
)
INSERT INTO loans_allocation (payment_id, bill_id, amount)
SELECT payment_id, bill_id, LEAST(high, demanded) - (high - amount) FROM answers WHERE high - amount < demanded
"""
SUM_UP_BILLS = """
UPDATE loans_bill bill
SET paid = sums.paid,
    closed_at = CASE WHEN sums.paid >= bill.amount THEN COALESCE(bill.closed_at, %(now)s) ELSE bill.closed_at END
FROM (SELECT bill_id, sum(loans_allocation.amount) AS paid FROM loans_allocation
      JOIN loans_bill b ON b.id = bill_id
      WHERE b.account_id = ANY(%(accounts)s) GROUP BY bill_id) sums
WHERE sums.bill_id = bill.id AND bill.paid <> sums.paid
"""

CLOSE_BILLS_OF_ENDED_ACCOUNTS = """
UPDATE loans_bill bill SET closed_at = %(now)s
FROM loans_creditaccount a WHERE a.id = bill.account_id AND a.status <> 'open' AND bill.closed_at IS NULL
"""

OVER_LIMIT = """
SELECT count(*) FROM stage JOIN loans_creditaccount a ON a.reference = stage.account_id
WHERE stage.month = (SELECT max(month) FROM stage) AND stage.bill_amount > a.credit_limit
"""
