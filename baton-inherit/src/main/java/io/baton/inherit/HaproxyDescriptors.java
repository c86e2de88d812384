package io.baton.inherit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What HAProxy sends along with each socket, one after the other, cut into messages wherever it suits:
 *
 * <pre>
 * u8 length, network namespace | u8 length, network interface | s32 options, in the order of the machine
 * </pre>
 */
final class HaproxyDescriptors {
    /** Of one. */
    static final int MAX_BYTES = 1 + 255 + 1 + 255 + Integer.BYTES;

    private byte[] pending = new byte[0];

    /**
     * @param namespace empty for the one that HAProxy runs in
     * @param networkInterface empty when it is not bound to one
     * @param options nothing that anybody else needs
     */
    record Descriptor(String namespace, String networkInterface, int options) {}

    /** Those that are complete with {@code bytes}. */
    List<Descriptor> accept(byte... bytes) {
        byte[] all = Arrays.copyOf(pending, pending.length + bytes.length);
        System.arraycopy(bytes, 0, all, pending.length, bytes.length);
        ByteBuffer buffer = ByteBuffer.wrap(all).order(ByteOrder.nativeOrder());
        List<Descriptor> complete = new ArrayList<>();
        while (isComplete(buffer)) {
            complete.add(new Descriptor(text(buffer), text(buffer), buffer.getInt()));
        }
        pending = Arrays.copyOfRange(all, buffer.position(), all.length);
        return complete;
    }

    /** True in the middle of one. */
    boolean isCut() {
        return pending.length > 0;
    }

    private static boolean isComplete(ByteBuffer buffer) {
        int end = buffer.position();
        for (int i = 0; i < 2; i++) {
            if (end >= buffer.limit()) {
                return false;
            }
            end += 1 + Byte.toUnsignedInt(buffer.get(end));
        }
        return end + Integer.BYTES <= buffer.limit();
    }

    private static String text(ByteBuffer buffer) {
        byte[] bytes = new byte[Byte.toUnsignedInt(buffer.get())];
        buffer.get(bytes);
        return new String(bytes, UTF_8);
    }
}
