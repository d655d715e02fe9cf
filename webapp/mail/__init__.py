"""Letters: when they are due, what they look like, how they go out. Knows no service.

schedule.py is pure; tokens.py signs what a link may do; compose.py makes a message of a template;
smtp.py and window.py send it, and know whether it may have arrived.
"""
