"""Notifications: tells the invitees of a meeting of it, by e-mail, SMS and web push, and nobody twice."""
