"""What is done with many recipients at once."""

import sqlalchemy as sa
from alembic import op

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None

OWN = "account_id = nullif(current_setting('promosms.account', true), '')::bigint"
BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    """To this version."""
    op.create_table(
        'bulk_actions',
        sa.Column('id', BIG, nullable=False),
        sa.Column('public_id', sa.String(length=20), nullable=False),
        sa.Column('account_id', BIG, nullable=False),
        sa.Column('kind', sa.String(length=16), nullable=False),
        sa.Column('chosen', sa.JSON(), nullable=False),
        sa.Column('list_id', BIG, nullable=True),
        sa.Column('by', sa.String(length=20), nullable=False),
        sa.Column('status', sa.String(length=9), nullable=False),
        sa.Column('position', sa.BigInteger(), nullable=False),
        sa.Column('until', sa.BigInteger(), nullable=False),
        sa.Column('total', sa.Integer(), nullable=False),
        sa.Column('seen', sa.Integer(), nullable=False),
        sa.Column('changed', sa.Integer(), nullable=False),
        sa.Column('left', sa.Integer(), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('touched_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_bulk_actions_account_id_accounts')),
        sa.ForeignKeyConstraint(['list_id'], ['lists.id'], name=op.f('fk_bulk_actions_list_id_lists'), ondelete='SET NULL'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_bulk_actions')),
        sa.UniqueConstraint('public_id', name=op.f('uq_bulk_actions_public_id')),
    )
    for name in ('account_id', 'list_id', 'status'):
        op.create_index(f'ix_bulk_actions_{name}', 'bulk_actions', [name], unique=False)
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('ALTER TABLE bulk_actions ENABLE ROW LEVEL SECURITY')
        op.execute(f'CREATE POLICY own_account ON bulk_actions USING ({OWN})')


def downgrade() -> None:
    """Back to the version before."""
    op.drop_table('bulk_actions')
