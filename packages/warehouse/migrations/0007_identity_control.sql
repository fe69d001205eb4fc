-- What operators said: see resolver/README.md.
SELECT 1;
