package io.baton.http;

import io.netty.channel.Channel;

/** What a client sends: messages, and from some point on bytes. Event loop only. */
final class ClientInput {
    private final Channel channel;
    private final RequestDecoder decoder;
    private boolean ended;
    private boolean reading = true;
    private boolean asBytes;

    ClientInput(Channel channel, RequestDecoder decoder) {
        this.channel = channel;
        this.decoder = decoder;
    }

    /** In another process it had become bytes. */
    void restoreAsBytes() {
        asBytes = true;
    }

    boolean isBytes() {
        return asBytes;
    }

    RequestDecoder decoder() {
        return decoder;
    }

    /** Whether the client sends nothing more. */
    boolean ended() {
        return ended;
    }

    void end() {
        ended = true;
    }

    /** How many bytes of messages were taken since this was last asked. */
    long takeReceived() {
        return decoder.takeReceived();
    }

    /** How many bytes came that nobody took yet. */
    int unread() {
        return asBytes ? 0 : decoder.unread();
    }

    byte[] copyUnread() {
        return asBytes ? new byte[0] : decoder.copyUnread();
    }

    /** Goes on with what was read before and not taken. */
    void resume() {
        if (!asBytes) {
            decoder.resume();
        }
    }

    /** From now on bytes are read, those first that were not decoded. */
    void becomeBytes() {
        if (!asBytes) {
            asBytes = true;
            if (decoder.isInPipeline()) {
                channel.pipeline().remove(decoder);
            }
        }
    }

    void setReading(boolean wanted) {
        if (reading != wanted) {
            reading = wanted;
            channel.config().setAutoRead(wanted);
        }
    }
}
