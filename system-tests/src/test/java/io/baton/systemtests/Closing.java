package io.baton.systemtests;

import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Something that is there, and then to be closed, or is not. */
record Closing<T extends Closeable>(@Nullable T value) implements Closeable {
    Optional<T> get() {
        return Optional.ofNullable(value);
    }

    @Override
    public void close() throws IOException {
        if (value != null) {
            value.close();
        }
    }
}
