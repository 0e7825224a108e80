-- 0011_evidence.sql. Seals of the form merkle-1: content_hash is the root of the date's Merkle tree
-- (docs/evidence.md), and the seal is signed. The dates sealed before keep their form, plain-1.

ALTER TABLE seal ADD COLUMN key_fingerprint bytea,     -- SHA-256 of the public key
                 ADD COLUMN signature       bytea;     -- Ed25519, over the bytes chain_hash is of
ALTER TABLE seal ADD CONSTRAINT seal_is_signed
  CHECK ((format = 'plain-1' AND key_fingerprint IS NULL AND signature IS NULL
          OR octet_length(key_fingerprint) = 32 AND octet_length(signature) = 64) IS TRUE);
