"""What the Web PubSub emulator promises, checked through the real SDKs and through raw sockets."""
