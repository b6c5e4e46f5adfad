"""What imports have changed, for as long as they can be undone."""

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None

OWN = "account_id = nullif(current_setting('promosms.account', true), '')::bigint"


def upgrade() -> None:
    """To this version."""
    op.create_table(
        'import_changes',
        sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('import_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('recipient_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('before', sa.JSON(), nullable=False),
        sa.Column('changed_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('listed', sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_import_changes_account_id_accounts')),
        sa.ForeignKeyConstraint(['import_id'], ['imports.id'], name=op.f('fk_import_changes_import_id_imports'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['recipient_id'], ['recipients.id'], name=op.f('fk_import_changes_recipient_id_recipients'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('account_id', 'import_id', 'recipient_id', name=op.f('pk_import_changes')),
    )
    op.create_index('ix_import_changes_recipient', 'import_changes', ['recipient_id'], unique=False)
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('ALTER TABLE import_changes ENABLE ROW LEVEL SECURITY')
        op.execute(f'CREATE POLICY own_account ON import_changes USING ({OWN})')


def downgrade() -> None:
    """Back to the version before."""
    op.drop_index('ix_import_changes_recipient', table_name='import_changes')
    op.drop_table('import_changes')
