"""Makes dashboards/*.json, dashboards/rules/*.yaml and the tables of docs/quality.md."""
