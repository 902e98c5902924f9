-- What administrators search through stands in trigram indexes here since 0001 and 0011. (A text that folds to thousands of
-- bytes has no place in an index of another kind.)
SELECT 1;
