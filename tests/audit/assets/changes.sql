-- Everything that one person with all rights may change in a ledger of 612 entries, one change a paragraph.
-- First line: the change | the table that `verify` names | the entry that it names.

-- inbox entry | ledger_inbox | 7
UPDATE ledger_inbox SET entry = flip(entry, 60) WHERE no = 8;

-- inbox entry to another valid one | ledger_inbox | 7
UPDATE ledger_inbox SET entry = swap(entry, 'tool:1', 'tool:2') WHERE no = 8;

-- inbox row removed | ledger_inbox | 299
DELETE FROM ledger_inbox WHERE no = 300;

-- last inbox row removed | ledger_inbox | 611
DELETE FROM ledger_inbox WHERE no = 612;

-- inbox row renumbered | ledger_inbox | 7
UPDATE ledger_inbox SET no = 9000 WHERE no = 8;

-- inbox row slipped in | ledger_inbox | none
INSERT INTO ledger_inbox (no, entry) OVERRIDING SYSTEM VALUE SELECT -5, entry FROM ledger_inbox WHERE no = 1;

-- leaf bytes | ledger_leaf | 300
UPDATE ledger_leaf SET leaf = flip(leaf, 60) WHERE idx = 300;

-- leaf bytes and hash | ledger_inbox | 300
UPDATE ledger_leaf SET leaf = swap(leaf, 'test.entry', 'best.entry'), kind = 'best.entry' WHERE idx = 300;
UPDATE ledger_leaf SET leaf_hash = sha256('\x00'::bytea || leaf) WHERE idx = 300;

-- leaf, hash and inbox, under a full tile | ledger_tile | 300
UPDATE ledger_leaf SET leaf = swap(leaf, 'test.entry', 'best.entry'), kind = 'best.entry' WHERE idx = 300;
UPDATE ledger_leaf SET leaf_hash = sha256('\x00'::bytea || leaf) WHERE idx = 300;
UPDATE ledger_inbox SET entry = swap(entry, 'test.', 'best.') WHERE no = 301;

-- leaf, hash and inbox, under no tile | ledger_leaf | 600
UPDATE ledger_leaf SET leaf = swap(leaf, 'test.entry', 'best.entry'), kind = 'best.entry' WHERE idx = 605;
UPDATE ledger_leaf SET leaf_hash = sha256('\x00'::bytea || leaf) WHERE idx = 605;
UPDATE ledger_inbox SET entry = swap(entry, 'test.', 'best.') WHERE no = 606;

-- leaf hash | ledger_leaf | 611
UPDATE ledger_leaf SET leaf_hash = flip(leaf_hash, 60) WHERE idx = 611;

-- leaf kind | ledger_leaf | 0
UPDATE ledger_leaf SET kind = 'other' WHERE idx = 0;

-- leaf actor | ledger_leaf | 1
UPDATE ledger_leaf SET actor = 'tool:7' WHERE idx = 1;

-- leaf time | ledger_leaf | 2
UPDATE ledger_leaf SET at = at + interval '1 us' WHERE idx = 2;

-- leaf inbox number | ledger_inbox | 4
UPDATE ledger_leaf SET inbox_no = 9000 WHERE idx = 4;

-- leaf inbox numbers of equal entries swapped | ledger_inbox | 601
UPDATE ledger_inbox SET entry = (SELECT entry FROM ledger_inbox WHERE no = 601) WHERE no = 602;
UPDATE ledger_leaf SET inbox_no = -1 WHERE idx = 600;
UPDATE ledger_leaf SET inbox_no = 601 WHERE idx = 601;
UPDATE ledger_leaf SET inbox_no = 602 WHERE idx = 600;

-- leaf removed | ledger_leaf | 300
DELETE FROM ledger_leaf WHERE idx = 300;

-- last leaf removed | ledger_leaf | 611
DELETE FROM ledger_leaf WHERE idx = 611;

-- first leaf removed | ledger_leaf | 0
DELETE FROM ledger_leaf WHERE idx = 0;

-- leaves reordered | ledger_leaf | 0
UPDATE ledger_leaf SET idx = -1 WHERE idx = 5;
UPDATE ledger_leaf SET idx = 5 WHERE idx = 6;
UPDATE ledger_leaf SET idx = 6 WHERE idx = -1;

-- leaf appended without a checkpoint | ledger_leaf | 612
INSERT INTO ledger_leaf SELECT 612, 613, at, kind, actor, leaf, leaf_hash FROM ledger_leaf WHERE idx = 611;

-- tile hashes | ledger_tile | 300
UPDATE ledger_tile SET hashes = flip(hashes, 32 * 44) WHERE idx = 1;

-- tile root | ledger_tile | 256
UPDATE ledger_tile SET root = flip(root, 60) WHERE idx = 1;

-- tile removed | ledger_tile | 0
DELETE FROM ledger_tile WHERE idx = 0;

-- tile moved | ledger_tile | 256
UPDATE ledger_tile SET idx = 7 WHERE idx = 1;

-- tile raised | ledger_tile | 256
UPDATE ledger_tile SET level = 3 WHERE idx = 1;

-- tile added | ledger_tile | none
INSERT INTO ledger_tile SELECT 1, 0, hashes, root FROM ledger_tile LIMIT 1;

-- checkpoint note | ledger_checkpoint | 99
UPDATE ledger_checkpoint SET note = flip(note, 60) WHERE size = 100;

-- checkpoint mark | ledger_checkpoint | 599
UPDATE ledger_checkpoint SET mark = flip(mark, 60) WHERE size = 600;

-- first checkpoint's note | ledger_checkpoint | none
UPDATE ledger_checkpoint SET note = flip(note, 60) WHERE size = 0;

-- checkpoint size | ledger_checkpoint | 610
UPDATE ledger_checkpoint SET size = 611 WHERE size = 612;

-- checkpoint previous | ledger_checkpoint | 599
UPDATE ledger_checkpoint SET previous = 99 WHERE size = 600;

-- note of another checkpoint | ledger_checkpoint | 599
UPDATE ledger_checkpoint SET note = (SELECT note FROM ledger_checkpoint WHERE size = 100) WHERE size = 600;

-- mark of another checkpoint | ledger_checkpoint | 599
UPDATE ledger_checkpoint SET mark = (SELECT mark FROM ledger_checkpoint WHERE size = 100) WHERE size = 600;

-- checkpoint in the middle removed | ledger_checkpoint | 611
DELETE FROM ledger_checkpoint WHERE size = 600;

-- first checkpoint removed | ledger_checkpoint | 99
DELETE FROM ledger_checkpoint WHERE size = 0;

-- last checkpoint removed | ledger_leaf | 600
DELETE FROM ledger_checkpoint WHERE size = 612;

-- all checkpoints removed | ledger_checkpoint | none
DELETE FROM ledger_checkpoint;

-- checkpoint added | ledger_checkpoint | 49
INSERT INTO ledger_checkpoint SELECT 50, 1, note, mark FROM ledger_checkpoint WHERE size = 100;
