"""What a name stands for where it is used: scopes, flow, and one evaluator."""
