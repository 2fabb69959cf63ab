"""The database itself keeps the officers of a claim apart, whoever writes to its log.

Who filed a claim does not verify, approve or reject it, who verified it does not decide it, two
approvers are two people, and an appeal is decided by none of them: the trigger reads the earlier
events of the claim in `event_log`, which the service's own role can add to but not change. Changing
`filed_by` in the table `claims` therefore helps nobody. It is no check of what the API refuses
with words, but of what somebody writes past it.
"""

_READ = (
    "claims.claim-filed.v1",
    "claims.claim-verified.v1",
    "claims.approval-given.v1",
    "claims.claim-approved.v1",
    "claims.claim-rejected.v1",
    "claims.appeal-lodged.v1",
    "claims.appeal-decided.v1",
    "claims.claim-reclassified.v1",
)
_GUARDED = tuple(each for each in _READ[1:] if each != "claims.appeal-lodged.v1")


def _listed(types: tuple[str, ...]) -> str:
    return ", ".join(f"'{each}'" for each in types)


# A partial index: what else the log holds of a member (papers, heirs, steps of payment) costs it
# nothing. `pg_temp` comes last, so that no temporary table takes the place of the log.
_INDEX = (
    "CREATE INDEX event_log_by_officers ON event_log (key, shard, seq) "
    f"WHERE type IN ({_listed(_READ)})"
)
_FUNCTION = """
CREATE FUNCTION keep_officers_apart() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    told jsonb := convert_from(NEW.body, 'UTF8')::jsonb;
    officer text := coalesce(told->>'verified_by', told->>'approved_by', told->>'rejected_by',
                             told->>'decided_by', told->>'reclassified_by');
    filers text[] := '{}';
    verifier text;
    approver text;
    decider text;
    lodger text;
    barred text[];
    earlier record;
BEGIN
    FOR earlier IN
        SELECT log.type, convert_from(log.body, 'UTF8')::jsonb AS told FROM public.event_log log
        WHERE log.key = NEW.key AND log.shard = NEW.shard AND log.seq < NEW.seq
          AND log.type IN (TYPES_READ)
        ORDER BY log.seq
    LOOP
        CONTINUE WHEN earlier.told->>'claim_id' IS DISTINCT FROM told->>'claim_id';
        CASE earlier.type
            WHEN 'claims.claim-filed.v1' THEN filers := filers || (earlier.told->>'filed_by');
            WHEN 'claims.claim-verified.v1' THEN verifier := earlier.told->>'verified_by';
            WHEN 'claims.approval-given.v1' THEN approver := earlier.told->>'approved_by';
            WHEN 'claims.claim-approved.v1' THEN decider := earlier.told->>'approved_by';
            WHEN 'claims.claim-rejected.v1' THEN decider := earlier.told->>'rejected_by';
            WHEN 'claims.appeal-lodged.v1' THEN lodger := earlier.told->>'lodged_by';
            ELSE
                IF earlier.type = 'claims.claim-reclassified.v1'
                   OR earlier.told->>'outcome' = 'reopened' THEN
                    verifier := NULL; approver := NULL; decider := NULL;
                END IF;
                lodger := NULL;
        END CASE;
    END LOOP;
    IF officer IS NULL OR filers = '{}' THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'officers_apart',
            MESSAGE = NEW.type || ': the log knows no such claim under this key, or no officer';
    END IF;
    IF NEW.type IN ('claims.approval-given.v1', 'claims.claim-approved.v1')
       AND verifier IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'officers_apart',
            MESSAGE = NEW.type || ': nobody has verified this claim';
    END IF;
    barred := CASE NEW.type
        WHEN 'claims.claim-verified.v1' THEN filers
        WHEN 'claims.claim-reclassified.v1' THEN filers
        WHEN 'claims.approval-given.v1' THEN filers || verifier
        WHEN 'claims.claim-approved.v1' THEN filers || verifier || approver
        WHEN 'claims.claim-rejected.v1' THEN filers || verifier || approver
        ELSE filers || verifier || approver || decider || lodger
    END;
    IF officer = ANY (barred) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'officers_apart',
            MESSAGE = NEW.type || ': ' || officer || ' took an earlier step of this claim';
    END IF;
    IF told->>'first_approved_by' IS DISTINCT FROM approver
       AND NEW.type = 'claims.claim-approved.v1' THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'officers_apart',
            MESSAGE = NEW.type || ': the first approver is not the one of the log';
    END IF;
    RETURN NEW;
END $$""".replace("TYPES_READ", _listed(_READ))
_TRIGGER = (
    "CREATE TRIGGER officers_apart BEFORE INSERT ON event_log FOR EACH ROW "
    f"WHEN (NEW.type IN ({_listed(_GUARDED)})) EXECUTE FUNCTION keep_officers_apart()"
)

GUARD: tuple[str, ...] = (_INDEX, _FUNCTION, _TRIGGER)
"""The statements that put the guard in place, in this order; run by migration 0002."""
UNGUARD: tuple[str, ...] = (
    "DROP TRIGGER officers_apart ON event_log",
    "DROP FUNCTION keep_officers_apart()",
    "DROP INDEX event_log_by_officers",
)
