"""Calendars: a meeting's schedule as an iCalendar file (RFC 5545, RFC 5546), to be sent or fetched."""
