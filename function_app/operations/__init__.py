"""Long work: what goes on after its request was answered, in steps that survive the end of any process."""
