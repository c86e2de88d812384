package io.baton.envoy;

import com.google.protobuf.Descriptors.Descriptor;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Which fields of one message are read in one place. Every other one that is set is an error: so no field that nobody has thought of, and
 * none that Envoy will add, is passed over in silence.
 *
 * @param read what is looked at
 * @param harmless what is accepted and changes nothing, with the reason beside it in the code
 */
record Fields(Descriptor type, Set<String> read, Set<String> harmless) {
    Fields {
        read = new LinkedHashSet<>(read);
        harmless = Set.copyOf(harmless);
        for (Set<String> names : List.of(read, harmless)) {
            for (String name : names) {
                if (type.findFieldByName(name) == null) {
                    throw new IllegalArgumentException("%s has no %s".formatted(type.getFullName(), name));
                }
            }
        }
    }

    static Fields of(Descriptor type, String... read) {
        return new Fields(type, new LinkedHashSet<>(List.of(read)), Set.of());
    }

    /** The same, accepting one more that changes nothing. */
    Fields harmless(String... names) {
        Set<String> all = new LinkedHashSet<>(harmless);
        all.addAll(List.of(names));
        return new Fields(type, read, all);
    }
}
