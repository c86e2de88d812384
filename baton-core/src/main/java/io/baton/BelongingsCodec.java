package io.baton;

import io.baton.spi.AddressCodec;
import io.baton.spi.ConnectionKind;
import io.baton.spi.Heirloom;
import io.baton.spi.Snapshot;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * {@link Belongings} to bytes and back, big endian. A name is its length in 2 bytes and UTF-8, bytes are their length in 4 and themselves,
 * a list is its length in 4 and its entries.
 *
 * <pre>
 * "BATN" | version 2 | total length 4                                    the same in every version, up to the fds: who cannot
 * way back: program, name | config, bytes                                read the rest can still go back to who wrote it
 * fds: list of 4, each 3 or more, each once
 * --- as of version 1 ---
 * base id 8 | epoch 4 | images 4 | original start 8 | stopped 8 | cut 8 | generation 8
 * counters: list of name | value 8
 * heirlooms: list of name | bytes
 * listeners 4: the first so many of the fds
 * connections: list of kind, name | version 4 | snapshot, bytes | fds 2: the next so many of the fds
 * </pre>
 */
public final class BelongingsCodec {
    /** More than any heap that holds them should be asked for. */
    public static final int MAX_BYTES = 64 << 20;

    static final int VERSION = 1;

    private static final int MAGIC = 0x4241_544e;
    private static final int FIRST_FD = 3;
    private static final int MAX_FDS = 1 << 20;
    private static final int MAX_CONFIG_BYTES = 1 << 20;
    private static final int MAX_NAME_BYTES = 4096;
    private static final int MAX_ENTRIES = 1 << 18;

    /** So that a list of nothing cannot be long. */
    private static final int MIN_ENTRY_BYTES = 6;

    private BelongingsCodec() {}

    /**
     * How to go back, and with what, which any version's belongings tell.
     *
     * @param fds all there are
     */
    public record Header(Belongings.WayBack wayBack, List<Integer> fds, int version) {
        public Header {
            fds = List.copyOf(fds);
        }
    }

    /** So many bytes the belongings take. */
    static long length(Belongings belongings) throws IOException {
        Counting counting = new Counting();
        write(belongings, 0, new DataOutputStream(counting));
        return counting.count;
    }

    /**
     * Writes them.
     *
     * @throws HotRestartException when there is more than a new image would read
     * @throws IOException {@code out}'s
     */
    public static void write(Belongings belongings, OutputStream out) throws HotRestartException, IOException {
        long length = length(belongings);
        if (length > MAX_BYTES
                || belongings.connections().size() > MAX_ENTRIES
                || belongings.counters().size() > MAX_ENTRIES) {
            throw new HotRestartException(
                    "%d connections and %d counters take %d bytes, expected at most %d of each and %d bytes"
                            .formatted(
                                    belongings.connections().size(),
                                    belongings.counters().size(),
                                    length,
                                    MAX_ENTRIES,
                                    MAX_BYTES));
        }
        DataOutputStream data = new DataOutputStream(out);
        write(belongings, (int) length, data);
        data.flush();
    }

    private static void write(Belongings belongings, int length, DataOutputStream out) throws IOException {
        out.writeInt(MAGIC);
        out.writeShort(VERSION);
        out.writeInt(length);
        name(out, belongings.wayBack().program());
        bytes(out, belongings.wayBack().config());
        out.writeInt(belongings.listeners().size()
                + belongings.connections().stream()
                        .mapToInt(one -> one.fds().size())
                        .sum());
        for (int fd : belongings.listeners()) {
            out.writeInt(fd);
        }
        for (Belongings.Connection connection : belongings.connections()) {
            for (int fd : connection.fds()) {
                out.writeInt(fd);
            }
        }
        out.writeLong(belongings.baseId().value());
        out.writeInt(belongings.epoch().value());
        out.writeInt(belongings.images());
        out.writeLong(belongings.originalStartSeconds());
        out.writeLong(belongings.stoppedNanos());
        out.writeLong(belongings.cut());
        out.writeLong(belongings.generation());
        out.writeInt(belongings.counters().size());
        for (Map.Entry<String, Long> counter : belongings.counters().entrySet()) {
            name(out, counter.getKey());
            out.writeLong(counter.getValue());
        }
        out.writeInt(belongings.heirlooms().size());
        for (Belongings.Left left : belongings.heirlooms()) {
            name(out, left.name());
            bytes(out, left.bytes());
        }
        out.writeInt(belongings.listeners().size());
        out.writeInt(belongings.connections().size());
        for (Belongings.Connection connection : belongings.connections()) {
            name(out, connection.kind().name());
            out.writeInt(connection.kind().version());
            bytes(out, connection.snapshot());
            out.writeShort(connection.fds().size());
        }
    }

    private static void name(DataOutputStream out, String name) throws IOException {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > MAX_NAME_BYTES) {
            throw new IOException("a name of %d bytes, expected at most %d".formatted(bytes.length, MAX_NAME_BYTES));
        }
        out.writeShort(bytes.length);
        out.write(bytes);
    }

    private static void bytes(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    /**
     * What is the same in every version.
     *
     * @throws HotRestartException when it is none
     */
    public static Header header(byte[] bytes) throws HotRestartException {
        return understood(() -> header(ByteBuffer.wrap(bytes)));
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws HotRestartException when it did not, or a release of another version did
     */
    public static Belongings read(byte[] bytes) throws HotRestartException {
        return understood(() -> {
            ByteBuffer in = ByteBuffer.wrap(bytes);
            Header header = header(in);
            require(header.version() == VERSION, "version", header.version(), Integer.toString(VERSION));
            Belongings belongings = body(in, header);
            require(!in.hasRemaining(), "bytes left over", in.remaining(), "0");
            return belongings;
        });
    }

    private static <T> T understood(Supplier<T> reading) throws HotRestartException {
        try {
            return reading.get();
        } catch (BufferUnderflowException e) {
            throw new HotRestartException("malformed belongings: cut short", e);
        } catch (IllegalArgumentException e) {
            throw new HotRestartException("malformed belongings: " + e.getMessage(), e);
        }
    }

    private static Header header(ByteBuffer in) {
        int length = in.remaining();
        require(length <= MAX_BYTES, "length", length, "at most " + MAX_BYTES);
        int magic = in.getInt();
        require(magic == MAGIC, "first word", magic, Integer.toString(MAGIC));
        int version = Short.toUnsignedInt(in.getShort());
        int total = in.getInt();
        require(total == length, "length as written", total, Integer.toString(length));
        Belongings.WayBack wayBack = new Belongings.WayBack(name(in), bytes(in, MAX_CONFIG_BYTES));
        int count = count(in, MAX_FDS, Integer.BYTES);
        List<Integer> fds = new ArrayList<>(count);
        BitSet seen = new BitSet();
        for (int i = 0; i < count; i++) {
            int fd = in.getInt();
            require(fd >= FIRST_FD && fd < Integer.MAX_VALUE / 2, "fd", fd, FIRST_FD + " or more");
            require(!seen.get(fd), "fd", fd, "each once");
            seen.set(fd);
            fds.add(fd);
        }
        return new Header(wayBack, fds, version);
    }

    private static Belongings body(ByteBuffer in, Header header) {
        BaseId baseId = new BaseId(in.getLong());
        RestartEpoch epoch = new RestartEpoch(in.getInt());
        int images = in.getInt();
        long originalStart = in.getLong();
        long stopped = in.getLong();
        long cut = in.getLong();
        long generation = in.getLong();
        Map<String, Long> counters = new LinkedHashMap<>();
        for (int left = count(in, MAX_ENTRIES, MIN_ENTRY_BYTES); left > 0; left--) {
            String name = name(in);
            require(counters.put(name, in.getLong()) == null, "counter " + name, 2, "1 of it");
        }
        List<Belongings.Left> heirlooms = new ArrayList<>();
        for (int left = count(in, HandoverMessage.MAX_HEIRLOOMS, MIN_ENTRY_BYTES); left > 0; left--) {
            heirlooms.add(new Belongings.Left(name(in), bytes(in, Heirloom.MAX_BYTES)));
        }
        int listeners = in.getInt();
        int all = header.fds().size();
        require(listeners >= 0 && listeners <= all, "listeners", listeners, "0 to " + all);
        List<Belongings.Connection> connections = new ArrayList<>();
        int next = listeners;
        for (int left = count(in, MAX_ENTRIES, MIN_ENTRY_BYTES); left > 0; left--) {
            ConnectionKind kind = new ConnectionKind(name(in), in.getInt());
            byte[] snapshot = bytes(in, Snapshot.MAX_BYTES);
            int fds = Short.toUnsignedInt(in.getShort());
            require(fds <= Snapshot.MAX_FDS && fds <= all - next, "fds of a connection", fds, "fewer");
            connections.add(
                    new Belongings.Connection(kind, snapshot, header.fds().subList(next, next + fds)));
            next += fds;
        }
        require(next == all, "fds in use", next, Integer.toString(all));
        return new Belongings(
                header.wayBack(),
                baseId,
                epoch,
                images,
                originalStart,
                stopped,
                cut,
                generation,
                counters,
                heirlooms,
                header.fds().subList(0, listeners),
                connections);
    }

    private static int count(ByteBuffer in, int most, int bytesEach) {
        int count = in.getInt();
        require(count >= 0 && count <= most && count <= in.remaining() / bytesEach, "entries", count, "fewer");
        return count;
    }

    private static String name(ByteBuffer in) {
        int length = Short.toUnsignedInt(in.getShort());
        require(length <= MAX_NAME_BYTES, "bytes", length, "at most " + MAX_NAME_BYTES);
        return AddressCodec.text(in, length);
    }

    private static byte[] bytes(ByteBuffer in, int most) {
        return exactly(in, in.getInt(), most);
    }

    private static byte[] exactly(ByteBuffer in, int length, int most) {
        require(length >= 0 && length <= most, "bytes", length, "at most " + most);
        if (length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    private static void require(boolean holds, String what, long actual, String expected) {
        if (!holds) {
            throw new IllegalArgumentException("%s is %d, expected %s".formatted(what, actual, expected));
        }
    }

    /** Counts what it is given. */
    private static final class Counting extends OutputStream {
        private long count;

        @Override
        public void write(int one) {
            count++;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            count += length;
        }
    }
}
