"""Mail → mailbox: transports that take frozen bytes and say what became of them. The last stage;
it touches the world and decides nothing."""

from hrwatch.stages.deliver.transport import Transport, open_transport

__all__ = ["Transport", "open_transport"]
