package io.baton.envoy;

import com.google.protobuf.Descriptors.Descriptor;
import io.baton.proxy.ConfigException;
import java.time.Duration;
import java.util.Optional;

/** Reads durations: in whole milliseconds, which is as fine as Baton measures. */
final class Times {
    private static final Descriptor TYPE = com.google.protobuf.Duration.getDescriptor();
    private static final Fields FIELDS = Fields.of(TYPE, "seconds", "nanos");

    private Times() {}

    /** Empty when it is not set. */
    static Optional<Duration> find(Part part, String name, Duration least, Duration most) throws ConfigException {
        Optional<Part> found = part.find(name, FIELDS);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        Duration value =
                Duration.ofSeconds(found.get().bigNumber("seconds"), found.get().signedNumber("nanos"));
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0 || value.toNanosPart() % 1_000_000 != 0) {
            throw part.problem(
                    name,
                    "%s, expected whole milliseconds from %s to %s"
                            .formatted(seconds(value), seconds(least), seconds(most)));
        }
        return Optional.of(value);
    }

    static Duration get(Part part, String name, Duration least, Duration most, Duration otherwise)
            throws ConfigException {
        return find(part, name, least, most).orElse(otherwise);
    }

    /** As Envoy writes it. */
    static String seconds(Duration value) {
        long nanos = value.toNanosPart();
        return value.toSeconds() + (nanos == 0 ? "" : ".%09d".formatted(nanos).replaceAll("0+$", "")) + "s";
    }
}
