"""Mail → mailbox: transports that take frozen bytes and say what became of them. The last stage;
it touches the world and decides nothing."""
