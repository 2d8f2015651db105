"""The laptop's mailbox: what would have gone to people by e-mail, SMS and web push, and a page that shows it."""
