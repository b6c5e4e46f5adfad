"""Programs that measure the published figures of speed and memory."""
