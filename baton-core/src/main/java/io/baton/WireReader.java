package io.baton;

import com.google.protobuf.CodedInputStream;
import java.io.IOException;

/** What the decoders share: a message is read field by field, and an unknown field is skipped. One instance per message. */
abstract sealed class WireReader permits HandoverDecoder, MessageDecoder {
    final CodedInputStream in;

    WireReader(byte[] bytes) {
        this.in = CodedInputStream.newInstance(bytes);
    }

    @FunctionalInterface
    interface Value<T> {
        T read() throws IOException;
    }

    /** Limits reading to the nested message that begins here. The result is for {@link #leave}. */
    final int enter() throws IOException {
        return in.pushLimit(in.readRawVarint32());
    }

    final void leave(int outer) {
        in.popLimit(outer);
    }

    final void skip(int tag) throws IOException {
        if (!in.skipField(tag)) {
            throw new IOException("a group ends that never began");
        }
    }

    /** A nested message without a field that we know. */
    final <T> T empty(T message) throws IOException {
        int outer = enter();
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            skip(tag);
        }
        leave(outer);
        return message;
    }

    /**
     * A nested message of one field, number 1; of several the last one counts.
     *
     * @param leftOut what it is when it is left out
     */
    final <T> T only(int wireType, T leftOut, Value<T> field) throws IOException {
        T value = leftOut;
        int outer = enter();
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (tag == ((1 << 3) | wireType)) {
                value = field.read();
            } else {
                skip(tag);
            }
        }
        leave(outer);
        return value;
    }
}
