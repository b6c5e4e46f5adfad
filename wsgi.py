"""The application object that the web server loads."""

from promosms import create_app
from promosms.settings import ConfigError

try:
    app = create_app()
except ConfigError as error:
    # One line for the operator, and no traceback.
    raise SystemExit(f"Error: {error}") from error
