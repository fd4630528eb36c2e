"""When people reach out: profiles, verdicts that keep their promise, a model, a forecast and staffing."""
