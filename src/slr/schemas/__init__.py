"""The contracts: what a config may say and what each table holds."""
