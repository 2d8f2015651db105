"""What several test folders share: waiting, a running platform, people in browsers and aiortc bots."""
