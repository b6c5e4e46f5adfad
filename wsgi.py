"""The application object that the web server loads."""

from promosms import create_app

app = create_app()
