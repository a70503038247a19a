"""The risk loop: signals, alerts, what is done about them, and how they close."""
