-- The address to which mail is known to come, folded. What goes out by itself goes to nobody whose address is another.
ALTER TABLE users ADD COLUMN email_proven TEXT;

UPDATE users SET email_proven = email_folded WHERE email_verified_at IS NOT NULL AND email_unproven_since IS NULL;
