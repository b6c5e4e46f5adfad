"""Commands about users: invite, list and revoke admins, switch two-factor sign-in off."""

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


@click.group()
def admin() -> None:
    """The admins of this installation."""


@admin.command("list")
@with_appcontext
def list_admins() -> None:
    """Print every admin, since when, and what is missing before the admin can work."""
    from promosms.services.accounts import admins

    for user in admins.admins():
        missing = "" if admins.can_work(user) else "  cannot sign in as an admin yet"
        click.echo(f"{user.created_at:%Y-%m-%d}  {user.email}{missing}")


@admin.command()
@click.argument("email")
@click.option("--reason", required=True, help="All admins read it, and the audit log keeps it.")
@with_appcontext
def revoke(email: str, reason: str) -> None:
    """Take the right of an admin away: the sign-in is deleted at once.

    Refused for the last admin who can sign in: invite another one first.
    """
    from promosms import queue
    from promosms.services.accounts import admins

    user = admins.by_email(email)
    try:
        if user is None:
            raise admins.NotAdmin
        admins.revoke(user.public_id, admins.SERVER, reason[:200])
    except admins.NotAdmin as error:
        raise click.ClickException("There is no admin with this e-mail address.") from error
    except admins.LastAdmin as error:
        raise click.ClickException(
            "Nobody else can sign in as an admin. Invite somebody first: invite-admin --another"
        ) from error
    queue.wake("work", "erasure.tidy")
    click.echo("This user is no admin any more. The other admins are told by e-mail.")
