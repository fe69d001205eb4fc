-- What crm-sync remembers beyond links and shadows.
SELECT 1;
