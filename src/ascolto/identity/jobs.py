"""What this room does by itself: it sends the mail that waits."""

from collections.abc import Awaitable, Callable, Sequence

from ascolto.kit.http import Services
from ascolto.kit.mail import MailSender
from ascolto.tenancy import store as tenancy_store


async def send_mail(services: Services) -> None:
    """Send what the outbox holds, for ever."""

    async def tenants() -> list[str]:
        async with services.db.connection() as connection:
            return await tenancy_store.list_tenant_ids(connection)

    await MailSender(services.db, tenants=tenants, smtp_url=services.settings.smtp_url).run()


BACKGROUND: Sequence[tuple[str, Callable[[Services], Awaitable[None]]]] = (
    ("send mail", send_mail),
)
