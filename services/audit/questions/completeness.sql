-- name: completeness
-- theme: record
-- title: Is the record complete
-- shows: For each topic and shard how many events there are, the first and the last number, how many
--   numbers are missing between one and the last, and how many bodies could not be read.
-- rests on: The numbers are dense by construction: 1, 2, 3 and so on in each shard. A record that is
--   damaged in the archive is missing here.
-- reference: section 2 of the design
-- parameter: show text = all; `all`, or `findings` for the shards with gaps alone
WITH shards AS (
    SELECT topic, shard, count(*) AS events, min(seq) AS first_number, max(seq) AS last_number,
        max(seq) - count(*) AS missing, count(*) - count(DISTINCT event_id) AS twice,
        count(*) FILTER (WHERE occurred_at IS NULL) AS unreadable,
        min(occurred_at) AS first_at, max(occurred_at) AS last_at, sum(bytes)::BIGINT AS bytes
    FROM events GROUP BY ALL
)
SELECT * FROM shards WHERE $show = 'all' OR missing > 0 OR twice > 0 OR unreadable > 0
ORDER BY topic, shard
