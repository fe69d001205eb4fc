-- Attribution, qualification and score of leads and companies.
SELECT 1;
