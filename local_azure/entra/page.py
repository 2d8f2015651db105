"""The page on which somebody signs in: any name will do."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def sign_in_page(asked: Mapping[str, str]) -> str:
    """A form that brings what was asked back, with a name."""
    kept = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in asked.items()
    )
    suggested = escape(asked.get("login_hint", ""))
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Sign in</title>
<style>
  body {{ font: 16px/1.5 system-ui, sans-serif; display: grid; place-items: center; min-height: 90vh; margin: 0;
         background: #f3f3f3; }}
  form {{ background: #fff; padding: 2.5rem; display: grid; gap: 1rem; width: min(22rem, 80vw);
         box-shadow: 0 2px 12px #0002; }}
  h1 {{ font-size: 1.4rem; margin: 0; }}
  p {{ margin: 0; color: #555; font-size: .9rem; }}
  input {{ font: inherit; padding: .5rem; }}
  button {{ font: inherit; padding: .5rem; background: #0f6cbd; color: #fff; border: 0; cursor: pointer; }}
</style>
<form method="post">
  <h1>Sign in</h1>
  <p>This machine's stand-in for Entra ID. Any name will do, and no password is asked for.</p>
  {kept}
  <input name="name" aria-label="Name" value="{suggested}" placeholder="Your name" maxlength="80" required autofocus>
  <button>Sign in</button>
</form>
</html>
"""
