-- The tables of the three workflows in this folder, for PostgreSQL 12 or newer:
--
--     psql --dbname exchange --file tables.sql
--
-- Run it as the owner of the database. n8n gets a role of its own, which may add rows and write decisions and outcomes,
-- and nothing else: it cannot change what was requested or quoted, and it cannot delete a row.

BEGIN;

CREATE TABLE withdrawals (
  -- The unique key: two requests with one id are one withdrawal, also when they arrive at the same moment.
  withdrawal_id text PRIMARY KEY,
  -- Short, for people.
  number bigint GENERATED ALWAYS AS IDENTITY,

  -- The request, as it came. Amounts are text: a float would round them.
  requested_at text NOT NULL,
  receiver     text NOT NULL,
  asset        text NOT NULL,
  amount       text NOT NULL,
  memo         text NOT NULL,
  received_at  timestamptz NOT NULL DEFAULT now(),

  -- The Quote. The intent is what is paid, to the byte; the description says the same in words, for the person who approves.
  intent      text NOT NULL,
  description text NOT NULL,

  state text NOT NULL CHECK (state IN ('waiting', 'approved', 'declined', 'paid', 'refused')),
  decided_by    text,
  decided_at    timestamptz,
  decision_note text,
  CHECK (state = 'waiting' OR (decided_by IS NOT NULL AND decided_at IS NOT NULL)),

  -- What the last attempt said.
  outcome        text,
  next_step      text,
  transaction_id text,
  block_number   integer,
  tried_at       timestamptz,
  CHECK (state <> 'paid' OR (transaction_id IS NOT NULL AND block_number IS NOT NULL)),

  -- When a person was last told that this row is late.
  reported_at timestamptz
);

-- What is paid next, and what waits for a person: a table of millions of finished rows stays fast.
CREATE INDEX withdrawals_open ON withdrawals (state, number) WHERE state IN ('waiting', 'approved');

-- Withdrawals up to these amounts need no person. Empty: a person decides about every one.
-- It limits one withdrawal, not their sum: whoever may ask for one may ask for many.
CREATE TABLE approval_limits (
  asset_id text PRIMARY KEY, -- 1.3.0 is BTS
  up_to    numeric NOT NULL CHECK (up_to > 0)
);

-- What the asking system is told. next_step is for the operator: it may name balances, nodes and what they say. Of it only the
-- code of the reason goes out.
CREATE OR REPLACE VIEW withdrawal_status AS
SELECT
  withdrawal_id AS "withdrawalId",
  requested_at AS "requestedAt",
  receiver AS "to",
  asset,
  amount,
  memo,
  state,
  outcome,
  state = 'paid' AS paid,
  state IN ('declined', 'paid', 'refused') AS final,
  transaction_id AS "transactionId",
  block_number AS "blockNumber",
  CASE state
    WHEN 'waiting' THEN 'A person has to approve it.'
    WHEN 'declined' THEN concat_ws(' ', 'Declined: it is not paid.', decision_note)
    WHEN 'paid' THEN 'Paid for good.'
    WHEN 'refused' THEN 'It has a fault of its own and is never paid.'
    ELSE CASE
      WHEN outcome IS NULL THEN 'It is paid with the next run of "Settle approved withdrawals".'
      WHEN outcome IN ('in_mempool', 'in_block') THEN 'On its way. Ask again.'
      ELSE 'Not known to be paid, and not proved unpaid: do not refund it. It is tried again.'
    END
  END AS "nextStep",
  coalesce(
    CASE WHEN state IN ('approved', 'refused') THEN coalesce(
      substring(next_step FROM '(?:refund it|be paid)\. ([A-Z]+(?:_[A-Z]+)*): '),
      substring(next_step FROM '\(([A-Z]+(?:_[A-Z]+)*)\)$')
    ) END,
    upper(state)
  ) AS code
FROM withdrawals;

-- Give it a password: \password n8n_withdrawals
CREATE ROLE n8n_withdrawals LOGIN;
GRANT SELECT, INSERT ON withdrawals TO n8n_withdrawals;
GRANT UPDATE (
  state, decided_by, decided_at, decision_note,
  outcome, next_step, transaction_id, block_number, tried_at, reported_at
) ON withdrawals TO n8n_withdrawals;
GRANT SELECT ON approval_limits, withdrawal_status TO n8n_withdrawals;

COMMIT;
