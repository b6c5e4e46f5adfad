"""Commands about users: invite an admin, switch two-factor sign-in off."""

import click
from flask.cli import with_appcontext


@click.command()
@click.option("--another", is_flag=True, help="Although there is an admin already.")
@with_appcontext
def invite_admin(another: bool) -> None:
    """Print a link with which one person becomes an admin of this installation."""
    from promosms.services.auth import invitations

    link = invitations.invite_admin(another)
    click.echo(link or "There is an admin already. One more: --another")


@click.command()
@click.argument("email")
@with_appcontext
def reset_totp(email: str) -> None:
    """Switch two-step sign-in off for somebody who has lost app and recovery codes.

    Their browsers are signed out, and they are told by e-mail. An admin sets it up again at the
    next sign-in.
    """
    from promosms.services.audit import log as audit_log
    from promosms.services.auth import totp
    from promosms.services.auth.registration import user_of

    user = user_of(email)
    if user is None:
        raise click.ClickException("There is no user with this e-mail address.")
    if not totp.is_on(user):
        raise click.ClickException("Two-step sign-in is off there already.")
    totp.switch_off(user)
    audit_log.record("server", "user.reset_totp", user.public_id)
    click.echo("Two-step sign-in is off, and the browsers of this user are signed out.")
