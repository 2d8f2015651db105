"""What Parley costs on Azure (`./parley cost`): a participant-minute, and what an environment costs by itself."""
