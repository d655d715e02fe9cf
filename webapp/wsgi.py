"""The web's entry point for gunicorn."""

import os
from importlib import import_module

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")
application = get_wsgi_application()
import_module("webapp.urls")  # before gunicorn forks, so that its workers share it
