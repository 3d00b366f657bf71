"""The present locality profiles of Public Health Scotland, declared: what each row is called and how it is made."""
