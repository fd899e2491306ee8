"""A mail server greeted without a mail: connection, TLS and login as a delivery has them."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import aiosmtplib

from hrwatch.errors import DeliverError
from hrwatch.model.settings import MailSettings, Server, Tls
from hrwatch.secrets import Secret
from hrwatch.stages.deliver.connection import connect, goodbye, tls_context
from hrwatch.stages.deliver.failures import Stop, plain_words, scrubbed


async def greet(
    server: Server, settings: MailSettings, password: Callable[[], Secret], limit: timedelta
) -> None:
    """Say hello to the server, log in where there is a user, and leave; raise DeliverError where a
    mail would get no further, SecretError where the password cannot be had."""
    if server.user:
        password()
    context = None if server.tls is Tls.NEVER else tls_context(settings.ca_file)
    seconds = limit.total_seconds()
    try:
        async with asyncio.timeout(seconds):
            connection = await connect(server, context=context, password=password, timeout=seconds)
            try:
                await _hello(connection)
            finally:
                await goodbye(connection)
    except Stop as stop:
        raise DeliverError(str(stop)) from stop
    except (aiosmtplib.SMTPException, OSError) as error:
        told = plain_words(error, server)
        raise DeliverError(scrubbed(told, server.user) if server.user else told) from error


async def _hello(connection: aiosmtplib.SMTP) -> None:
    try:
        await connection.ehlo()
    except aiosmtplib.SMTPHeloError:  # a server from before 1995
        await connection.helo()
