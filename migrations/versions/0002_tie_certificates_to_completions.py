"""Tie a certificate to the completion it was issued for, which then can't be taken back."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.add_column(sa.Column("completion_id", sa.Integer(), nullable=True))
        batch_op.create_index(
            batch_op.f("ix_certificate_completion_id"), ["completion_id"], unique=False
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_certificate_completion_id"),
            "completion",
            ["completion_id"],
            ["id"],
            ondelete="RESTRICT",
        )


def downgrade() -> None:
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_certificate_completion_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_certificate_completion_id"))
        batch_op.drop_column("completion_id")
