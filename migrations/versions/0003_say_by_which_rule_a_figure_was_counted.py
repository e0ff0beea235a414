"""Say of a figure entered by hand whether it was counted by the same rule."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("entered_figure", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("is_comparable", sa.Boolean(), server_default=sa.true(), nullable=False)
        )


def downgrade() -> None:
    with op.batch_alter_table("entered_figure", schema=None) as batch_op:
        batch_op.drop_column("is_comparable")
