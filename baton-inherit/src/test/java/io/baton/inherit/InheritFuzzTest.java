package io.baton.inherit;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.baton.inherit.NumberedSockets.Named;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Whatever stands in a variable, or comes from a peer: understood or refused. {@code JAZZER_FUZZ=1} searches, else the known inputs are replayed. */
class InheritFuzzTest {

    @FuzzTest(maxDuration = "30s")
    void anyVariableGivesNumbersOrOneLine(FuzzedDataProvider data) {
        int format = data.consumeInt(0, 4);
        String count = data.consumeString(12);
        String text = data.consumeRemainingAsString();
        try {
            NumberedSockets read = switch (format) {
                case 0 -> NumberLists.nginx(text);
                case 1 -> NumberLists.systemd(count, Optional.of(text));
                case 2 -> NumberLists.serverStarter(text);
                case 3 -> NumberLists.einhorn(count, List.of(text));
                default -> NumberLists.unicorn("UNICORN_FD", text);
            };
            require(read.named().size() <= Inheritance.MAX_SOCKETS, "too many");
            for (Named named : read.named()) {
                require(named.number() >= 0, "a negative number");
                requireLine(named.origin());
            }
            read.skipped().forEach(InheritFuzzTest::requireLine);
        } catch (InheritException e) {
            requireLine(String.valueOf(e.getMessage()));
        }
    }

    @FuzzTest(maxDuration = "30s")
    void descriptorsAreTheSameHoweverTheyAreCut(FuzzedDataProvider data) {
        int first = data.consumeInt(0, 64);
        byte[] bytes = data.consumeRemainingAsBytes();
        HaproxyDescriptors atOnce = new HaproxyDescriptors();
        List<HaproxyDescriptors.Descriptor> whole = atOnce.accept(bytes);

        HaproxyDescriptors inParts = new HaproxyDescriptors();
        List<HaproxyDescriptors.Descriptor> parts = new ArrayList<>();
        int cut = Math.min(first, bytes.length);
        parts.addAll(inParts.accept(java.util.Arrays.copyOf(bytes, cut)));
        parts.addAll(inParts.accept(java.util.Arrays.copyOfRange(bytes, cut, bytes.length)));
        require(whole.equals(parts) && atOnce.isCut() == inParts.isCut(), "%s, in parts %s".formatted(whole, parts));
    }

    private static void requireLine(String line) {
        require(!line.contains("\n") && line.length() < 400, "no line: " + line);
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new AssertionError(otherwise);
        }
    }
}
