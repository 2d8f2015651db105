"""What a participant-minute costs on Azure: `make cost`."""
