"""The import's SQL, named: first what asks the staged files, then what writes a portion of them.

A portion is a range of lines (borrowers) or of places (accounts, with all their bills and payments). It is put together
in temporary tables, and only then written: each row once, with what is paid of it.
"""

# Of this transaction. Sorting and hashing a file of millions by the server's usual 4 MB goes through the disk.
ROOM_TO_SORT = "SET LOCAL work_mem = '64MB'; SET LOCAL maintenance_work_mem = '128MB'; SET LOCAL jit = off"

# One import at a time; held by the session, so a killed import lets go of it.
ONE_AT_A_TIME = "SELECT pg_try_advisory_lock(hashtext('import_portfolio'))"
LET_GO = "SELECT pg_advisory_unlock(hashtext('import_portfolio'))"

# ---------- what is wrong with a staged file ----------

DUPLICATES = """
SELECT line, 'names ' || {label} || ' a second time; the first is in line ' || first
FROM (SELECT *, min(line) OVER (PARTITION BY {key}) AS first FROM stage_{table}
      WHERE ({key}) IN (SELECT {key} FROM stage_{table} GROUP BY {key} HAVING count(*) > 1)) numbered
WHERE line > first ORDER BY line
"""

NO_BORROWER = """
SELECT s.line, 'there is no borrower ' || s.borrower_id
FROM stage_accounts s LEFT JOIN stage_borrowers staged ON staged.borrower_id = s.borrower_id
LEFT JOIN accounts_borrower b ON b.reference = s.borrower_id
WHERE staged.line IS NULL AND b.id IS NULL ORDER BY s.line
"""

ANOTHER_ACCOUNT = """
SELECT s.line, CASE WHEN b.reference <> s.borrower_id THEN 'the account ' || a.reference || ' is another borrower''s'
                    ELSE 'the account ' || a.reference || ' is a ' || a.product || ' in ' || a.currency END
FROM stage_accounts s JOIN loans_creditaccount a ON a.reference = s.account
JOIN accounts_borrower b ON b.id = a.borrower_id
WHERE (b.reference, a.product, a.currency) <> (s.borrower_id, s.product, s.currency) ORDER BY s.line
"""

NO_ACCOUNT = """
SELECT s.line, 'there is no account ' || s.account
FROM stage_{table} s LEFT JOIN stage_accounts staged ON staged.account = s.account
LEFT JOIN loans_creditaccount a ON a.reference = s.account
WHERE staged.line IS NULL AND a.id IS NULL ORDER BY s.line
"""

OTHER_CURRENCY = """
SELECT line, 'is in ' || currency || ', the account ' || account || ' is in ' || its
FROM (SELECT s.line, s.account, s.currency, COALESCE(a.currency, staged.currency) AS its
      FROM stage_{table} s LEFT JOIN stage_accounts staged ON staged.account = s.account
      LEFT JOIN loans_creditaccount a ON a.reference = s.account) known
WHERE currency <> its ORDER BY line
"""

TAKEN_PAYMENT = """
SELECT line, 'the payment ' || p.reference || ' is already in the books with other figures'
FROM stage_payments s JOIN loans_payment p ON p.reference = s.payment_id
JOIN loans_creditaccount a ON a.id = p.account_id
WHERE a.reference <> s.account OR p.amount <> s.amount ORDER BY line
"""

OVER_LIMIT = """
SELECT count(*) FROM stage_bills s JOIN loans_creditaccount a ON a.reference = s.account
WHERE s.month = (SELECT max(month) FROM stage_bills) AND s.bill_amount > a.credit_limit
"""

# ---------- the order in which accounts are written: that of their file, then who is only named by others ----------

PLACES = """
DROP TABLE IF EXISTS stage_places;
CREATE TEMPORARY TABLE stage_places AS SELECT line AS place, account FROM stage_accounts;
INSERT INTO stage_places
SELECT (SELECT COALESCE(max(place), 0) FROM stage_places) + row_number() OVER (ORDER BY account), account
FROM (SELECT account FROM stage_bills UNION SELECT account FROM stage_payments
      EXCEPT SELECT account FROM stage_accounts) others;
CREATE UNIQUE INDEX ON stage_places (place);
ANALYZE stage_places
"""

LAST_BORROWER = "SELECT COALESCE(max(line), 0) FROM stage_borrowers"
LAST_PLACE = "SELECT COALESCE(max(place), 0) FROM stage_places"

# ---------- a portion ----------

PORTION_TABLES = """
DROP TABLE IF EXISTS portion, new_bill, new_payment, new_allocation;
CREATE TEMPORARY TABLE portion (account_id bigint PRIMARY KEY, reference text, is_ended bool);
CREATE TEMPORARY TABLE new_bill (
    id bigint DEFAULT nextval('loans_bill_id_seq'), account_id bigint, number int, issued_on date, due_on date,
    amount numeric(18, 3), principal numeric(18, 3), interest numeric(18, 3), statement_balance numeric(18, 3),
    balance_after numeric(18, 3),
    is_settled bool DEFAULT false);
CREATE TEMPORARY TABLE new_payment (
    id bigint DEFAULT nextval('loans_payment_id_seq'), account_id bigint, reference text, received_on date,
    amount numeric(18, 3), basis text);
CREATE TEMPORARY TABLE new_allocation (payment_id bigint, bill_id bigint, amount numeric(18, 3))
"""
CLEAR_PORTION = "TRUNCATE portion, new_bill, new_payment, new_allocation"

# Rows of unknown number, so the planner is told: a portion joined as if it were tiny takes minutes.
LOOK_AT_PORTION = "ANALYZE portion, new_bill, new_payment"

# Accounts that the books have, locked in the order in which everybody locks them.
KNOWN_ACCOUNTS = """
SELECT a.id FROM stage_places s JOIN loans_creditaccount a ON a.reference = s.account
WHERE s.place > %(low)s AND s.place <= %(high)s ORDER BY a.id FOR UPDATE OF a
"""

BORROWERS = """
INSERT INTO accounts_borrower (reference, name, country, region, language, time_zone, created_at)
SELECT borrower_id, name, country, region, language, time_zone, %(now)s FROM stage_borrowers
WHERE line > %(low)s AND line <= %(high)s ORDER BY line
ON CONFLICT (reference) DO UPDATE SET name = excluded.name, country = excluded.country, region = excluded.region
WHERE (accounts_borrower.name, accounts_borrower.country, accounts_borrower.region)
      IS DISTINCT FROM (excluded.name, excluded.country, excluded.region)
RETURNING xmax = 0
"""

LOANS = """
INSERT INTO loans_creditaccount (public_id, reference, borrower_id, product, currency, status, lender_status,
    opened_on, principal, annual_rate_pct, instalments, instalment_amount, purpose, reported_balance, reported_at,
    months_past_due, days_past_due_band)
SELECT gen_random_uuid(), account, b.id, product, currency,
       CASE s.status WHEN 'Fully Paid' THEN 'closed' WHEN 'Charged Off' THEN 'charged_off' ELSE 'open' END,
       s.status, disbursed_on, principal, annual_rate_pct, instalments, instalment_amount, purpose,
       reported_balance, CASE WHEN reported_balance IS NOT NULL THEN %(now)s::timestamptz END, 0, days_past_due_band
FROM stage_accounts s JOIN accounts_borrower b ON b.reference = s.borrower_id
WHERE s.line > %(low)s AND s.line <= %(high)s ORDER BY s.line
ON CONFLICT (reference) DO UPDATE SET status = excluded.status, lender_status = excluded.lender_status,
    reported_balance = excluded.reported_balance, reported_at = excluded.reported_at,
    days_past_due_band = excluded.days_past_due_band
WHERE (loans_creditaccount.lender_status, loans_creditaccount.reported_balance,
       loans_creditaccount.days_past_due_band)
      IS DISTINCT FROM (excluded.lender_status, excluded.reported_balance, excluded.days_past_due_band)
RETURNING xmax = 0
"""

# A new card comes in with what its last statement reports: an update later would write it twice.
CARDS = """
INSERT INTO loans_creditaccount (public_id, reference, borrower_id, product, currency, status, lender_status,
    purpose, credit_limit, months_past_due, days_past_due_band, reported_balance, reported_at)
SELECT gen_random_uuid(), s.account, b.id, product, s.currency, 'open', '', '', credit_limit,
       COALESCE(last.months_past_due, 0), '', last.bill_amount,
       CASE WHEN last.bill_amount IS NOT NULL THEN %(now)s::timestamptz END
FROM stage_accounts s JOIN accounts_borrower b ON b.reference = s.borrower_id
LEFT JOIN LATERAL (SELECT months_past_due, bill_amount FROM stage_bills
                   WHERE account = s.account ORDER BY month DESC LIMIT 1) last ON true
WHERE s.line > %(low)s AND s.line <= %(high)s ORDER BY s.line
ON CONFLICT (reference) DO UPDATE SET credit_limit = excluded.credit_limit
WHERE loans_creditaccount.credit_limit IS DISTINCT FROM excluded.credit_limit
RETURNING xmax = 0
"""

PORTION = """
INSERT INTO portion SELECT a.id, a.reference, a.status <> 'open'
FROM stage_places s JOIN loans_creditaccount a ON a.reference = s.account
WHERE s.place > %(low)s AND s.place <= %(high)s
"""

INSTALMENTS = """
INSERT INTO new_bill (account_id, number, due_on, amount, principal, interest, balance_after)
SELECT p.account_id, s.n, s.due_date, s.total, s.principal, s.interest, s.balance
FROM portion p JOIN stage_bills s ON s.account = p.reference
LEFT JOIN (SELECT account_id, number FROM loans_bill WHERE account_id = ANY(%(known)s::bigint[])) known
    ON (known.account_id, known.number) = (p.account_id, s.n)
WHERE known.number IS NULL ORDER BY p.account_id, s.n
"""

LOANS_WITHOUT_BILLS = """
SELECT a.id, a.principal, a.annual_rate_pct, a.instalments, a.instalment_amount, a.opened_on, a.currency
FROM portion p JOIN loans_creditaccount a ON a.id = p.account_id
WHERE a.product = 'instalment_loan' AND a.principal + a.annual_rate_pct + a.instalment_amount IS NOT NULL
  AND a.instalments IS NOT NULL AND a.opened_on IS NOT NULL
  AND a.id NOT IN (SELECT account_id FROM new_bill)
  AND a.id NOT IN (SELECT account_id FROM loans_bill WHERE account_id = ANY(%(known)s::bigint[]))
ORDER BY a.id
"""

# Only the newest statement is a demand: what an older one asked for stands in it again.
CARD_STATEMENTS = """
INSERT INTO new_bill (account_id, number, issued_on, due_on, amount, statement_balance, is_settled)
SELECT account_id, number, issued_on, due_date, minimum_due, bill_amount,
       minimum_due = 0 OR number < GREATEST(max(number) OVER (PARTITION BY account_id), newest)
FROM (SELECT p.account_id, s.*, EXTRACT(year FROM month)::int * 12 + EXTRACT(month FROM month)::int AS number
      FROM portion p JOIN stage_bills s ON s.account = p.reference) s
LEFT JOIN (SELECT account_id, array_agg(number) AS numbers, max(number) FILTER (WHERE statement_balance IS NOT NULL)
               AS newest
           FROM loans_bill WHERE account_id = ANY(%(known)s::bigint[]) GROUP BY account_id) known USING (account_id)
WHERE numbers IS NULL OR number <> ALL(numbers) ORDER BY account_id, number
"""

PAYMENTS = """
INSERT INTO new_payment (account_id, reference, received_on, amount, basis)
SELECT p.account_id, s.payment_id, s.received_on, s.amount, s.basis
FROM portion p JOIN stage_payments s ON s.account = p.reference
LEFT JOIN (SELECT reference FROM loans_payment WHERE account_id = ANY(%(known)s::bigint[])) known
    ON known.reference = s.payment_id
WHERE known.reference IS NULL ORDER BY p.account_id, s.received_on, s.line
"""

# Accounts of the books that have new payments: all of their payments are split anew.
SPLIT_ANEW = "SELECT DISTINCT account_id FROM new_payment WHERE account_id = ANY(%(known)s::bigint[])"

FORGET_ALLOCATIONS = """
DELETE FROM loans_allocation
WHERE payment_id IN (SELECT id FROM loans_payment WHERE account_id = ANY(%(anew)s::bigint[]))
"""

# What each of the two statements below begins with.
TO_SPLIT = """
WITH touched AS (SELECT DISTINCT account_id FROM new_payment),
all_bills AS (
    SELECT id, account_id, number, issued_on, amount FROM new_bill JOIN touched USING (account_id)
    UNION ALL
    SELECT id, account_id, number, issued_on, amount FROM loans_bill WHERE account_id = ANY(%(anew)s::bigint[])
),
all_payments AS (
    SELECT id, account_id, received_on, amount FROM new_payment
    UNION ALL
    SELECT id, account_id, received_on, amount FROM loans_payment
    WHERE account_id = ANY(%(anew)s::bigint[]) AND reversed_at IS NULL
)
"""

# Oldest bill first: bills and payments laid end to end, each as an interval of money; a payment paid as much of a
# bill as their intervals share.
ALLOCATE_TO_INSTALMENTS = """,
bills AS (
    SELECT id, account_id, sum(amount) OVER w - amount AS low, sum(amount) OVER w AS high
    FROM all_bills WINDOW w AS (PARTITION BY account_id ORDER BY number)
),
payments AS (
    SELECT id, account_id, sum(amount) OVER w - amount AS low, sum(amount) OVER w AS high
    FROM all_payments WINDOW w AS (PARTITION BY account_id ORDER BY received_on, id)
)
INSERT INTO new_allocation (payment_id, bill_id, amount)
SELECT p.id, b.id, LEAST(b.high, p.high) - GREATEST(b.low, p.low)
FROM payments p JOIN bills b ON b.account_id = p.account_id AND b.low < p.high AND p.low < b.high
"""

# A card's payment of a month answers the statement of the month before, up to its minimum.
ALLOCATE_TO_STATEMENTS = """,
bills AS (
    SELECT id, account_id, amount, issued_on, lead(issued_on) OVER (PARTITION BY account_id ORDER BY issued_on) AS until
    FROM all_bills WHERE issued_on IS NOT NULL
),
answers AS (
    SELECT p.id AS payment_id, b.id AS bill_id, b.amount AS demanded, p.amount,
           sum(p.amount) OVER (PARTITION BY b.id ORDER BY p.received_on, p.id) AS high
    FROM all_payments p JOIN bills b ON b.account_id = p.account_id AND b.issued_on < p.received_on
         AND (b.until IS NULL OR b.until >= p.received_on)
)
INSERT INTO new_allocation (payment_id, bill_id, amount)
SELECT payment_id, bill_id, LEAST(high, demanded) - (high - amount) FROM answers WHERE high - amount < demanded
"""

WRITE_BILLS = """
INSERT INTO loans_bill (id, account_id, number, issued_on, due_on, amount, principal, interest, statement_balance,
    balance_after, paid, closed_at)
SELECT b.id, b.account_id, b.number, b.issued_on, b.due_on, b.amount, b.principal, b.interest, b.statement_balance,
       b.balance_after, COALESCE(split.paid, 0),
       CASE WHEN p.is_ended OR b.is_settled OR split.paid >= b.amount THEN %(now)s::timestamptz END
FROM new_bill b JOIN portion p USING (account_id)
LEFT JOIN (SELECT bill_id, sum(amount) AS paid FROM new_allocation GROUP BY bill_id) split ON split.bill_id = b.id
ORDER BY b.id
"""

WRITE_PAYMENTS = """
INSERT INTO loans_payment (id, public_id, account_id, reference, received_on, amount, basis, created_at)
SELECT id, gen_random_uuid(), account_id, reference, received_on, amount, basis, %(now)s FROM new_payment ORDER BY id
"""

WRITE_ALLOCATIONS = """
INSERT INTO loans_allocation (payment_id, bill_id, amount)
SELECT payment_id, bill_id, amount FROM new_allocation ORDER BY payment_id
"""

# ---------- what follows for bills that the books had; each returns whose bill is now closed ----------

SUM_UP_BILLS = """
UPDATE loans_bill bill
SET paid = sums.paid,
    closed_at = CASE WHEN sums.paid >= bill.amount THEN COALESCE(bill.closed_at, %(now)s) ELSE bill.closed_at END
FROM (SELECT b.id, COALESCE(sum(split.amount), 0) AS paid
      FROM loans_bill b LEFT JOIN loans_allocation split ON split.bill_id = b.id
      WHERE b.account_id = ANY(%(anew)s::bigint[]) GROUP BY b.id) sums
WHERE sums.id = bill.id AND bill.paid <> sums.paid
RETURNING account_id, bill.closed_at IS NOT NULL
"""

CLOSE_REPLACED_STATEMENTS = """
UPDATE loans_bill bill SET closed_at = %(now)s
FROM (SELECT account_id, max(number) AS newest FROM loans_bill
      WHERE statement_balance IS NOT NULL AND account_id = ANY(%(known)s::bigint[]) GROUP BY account_id) last
WHERE last.account_id = bill.account_id AND bill.closed_at IS NULL AND bill.statement_balance IS NOT NULL
  AND (bill.number < last.newest OR bill.amount = 0)
RETURNING bill.account_id, true
"""

CLOSE_BILLS_OF_ENDED_ACCOUNTS = """
UPDATE loans_bill bill SET closed_at = %(now)s FROM portion p
WHERE p.account_id = bill.account_id AND p.is_ended AND bill.closed_at IS NULL
  AND bill.account_id = ANY(%(known)s::bigint[])
RETURNING bill.account_id, true
"""

REPORT_OF_LAST_STATEMENT = """
UPDATE loans_creditaccount account
SET months_past_due = last.months_past_due, reported_balance = last.bill_amount, reported_at = %(now)s
FROM portion p CROSS JOIN LATERAL (SELECT months_past_due, bill_amount FROM stage_bills
                                   WHERE account = p.reference ORDER BY month DESC LIMIT 1) last
WHERE p.account_id = ANY(%(known)s::bigint[]) AND account.id = p.account_id
  AND (account.months_past_due, account.reported_balance) IS DISTINCT FROM (last.months_past_due, last.bill_amount)
"""

PEOPLE_OF = (
    "SELECT DISTINCT borrower_id FROM loans_creditaccount WHERE id = ANY(%(accounts)s::bigint[]) ORDER BY 1"
)

# Autovacuum would do it within minutes, and until then the planner takes the new tables for empty ones.
LOOK_AT_BOOKS = "ANALYZE accounts_borrower, loans_creditaccount, loans_bill, loans_payment, loans_allocation"
