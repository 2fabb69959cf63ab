-- name: story
-- theme: record
-- title: What led to an event, and what it led to
-- shows: The chain of causes up to the command, and everything that followed from the event, across
--   the services, each with its time and the seconds since the event. `step` counts from the event:
--   below zero its causes, above zero what it caused.
-- rests on: `causation_id` of each event. All that one command brought about carries its
--   `correlation_id`, by which the chain is looked for. The command itself is no event.
-- reference: section 1 of the design; domain 7.3 test 15
-- parameter: event uuid; The id of the event
-- parameter: steps number = 20; How many steps away from it
WITH RECURSIVE chain AS MATERIALIZED (
    SELECT event_id, causation_id, occurred_at, topic, shard, seq, type, key, officers, amount, moved
    FROM events
    WHERE correlation_id = (SELECT correlation_id FROM events WHERE event_id = $event)
), before AS (
    SELECT event_id, causation_id, 0 AS step FROM chain WHERE event_id = $event
    UNION
    SELECT c.event_id, c.causation_id, b.step - 1
    FROM before AS b JOIN chain AS c ON c.event_id = b.causation_id WHERE b.step > -$steps
), after AS (
    SELECT event_id, 0 AS step FROM chain WHERE event_id = $event
    UNION
    SELECT c.event_id, a.step + 1
    FROM after AS a JOIN chain AS c ON c.causation_id = a.event_id WHERE a.step < $steps
), told AS (
    SELECT event_id, min(step) AS step
    FROM (SELECT event_id, step FROM before UNION ALL SELECT event_id, step FROM after)
    GROUP BY ALL
)
SELECT t.step, c.occurred_at,
    date_diff('second', (SELECT occurred_at FROM chain WHERE event_id = $event), c.occurred_at)
        AS seconds,
    c.topic, c.type, c.key, array_to_string(c.officers, ', ') AS officers,
    coalesce(c.amount, c.moved) AS amount, c.event_id, c.causation_id, c.shard, c.seq
FROM told AS t JOIN chain AS c USING (event_id)
ORDER BY t.step, c.occurred_at, c.topic, c.shard, c.seq
