package io.baton.systemtests;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/** What a process says, line by line, while it runs. Its standard error must go where its standard output goes. */
final class ProcessLines {
    private final Process process;
    private final Consumer<String> observer;
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final Thread reader;

    /** Reads until the end of the output. {@code observer} sees each line first. */
    ProcessLines(Process process, Consumer<String> observer) {
        this.process = process;
        this.observer = observer;
        this.reader = Thread.ofVirtual().start(this::read);
    }

    private void read() {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                observer.accept(line);
                lines.add(line);
            }
        } catch (IOException e) {
            lines.add("(output ends: " + e.getMessage() + ")");
        }
    }

    /** The first line that contains {@code words}, once there is one. */
    String await(String words, Duration patience) {
        return await(Pattern.compile(Pattern.quote(words)), patience);
    }

    /** The first line in which {@code pattern} is found, once there is one. */
    String await(Pattern pattern, Duration patience) {
        return Awaitility.await("a line with '" + pattern + "'")
                .atMost(patience)
                .conditionEvaluationListener(condition -> {})
                .until(() -> find(pattern), Optional::isPresent)
                .orElseThrow();
    }

    private Optional<String> find(Pattern pattern) {
        boolean ended = !reader.isAlive(); // asked first: then everything it said is here
        Optional<String> found =
                lines.stream().filter(line -> pattern.matcher(line).find()).findFirst();
        if (found.isEmpty() && ended) {
            throw new AssertionError("it has ended:%n%s".formatted(text()));
        }
        return found;
    }

    /** What it has said so far. */
    String text() {
        return String.join("\n", lines);
    }

    /** All that it said, once nobody can say more: a process may be known to have ended before its last lines are read. */
    String textToItsEnd(Duration patience) throws InterruptedException {
        reader.join(patience);
        return text();
    }
}
