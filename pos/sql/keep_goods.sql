-- A charge's goods never change, and its amount by the tip alone, while a payer holds it.
CREATE OR REPLACE FUNCTION pos_keep_goods() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION 'The goods of a charge are never changed.'
        USING ERRCODE = 'insufficient_privilege';
END $$;

-- The condition is judged without a call, so that a claim costs what it did.
CREATE OR REPLACE TRIGGER pos_charge_keeps_goods
    BEFORE UPDATE OF amount_minor, tip_minor ON pos_charge
    FOR EACH ROW
    WHEN ((NEW.amount_minor, NEW.tip_minor) IS DISTINCT FROM (OLD.amount_minor, OLD.tip_minor)
          AND (NEW.amount_minor - NEW.tip_minor <> OLD.amount_minor - OLD.tip_minor
               OR OLD.status <> 'claimed' OR NEW.status = 'captured'))
    EXECUTE FUNCTION pos_keep_goods();
