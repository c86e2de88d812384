package io.baton.proxy;

import io.baton.proxy.Yaml.Entry;
import io.baton.proxy.Yaml.Mapping;
import io.baton.proxy.Yaml.Position;
import io.baton.proxy.Yaml.Scalar;
import io.baton.proxy.Yaml.Sequence;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.Event.ID;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/**
 * Text to {@link Yaml}: one document of plain mappings, lists and scalars. Works on the library's events and not on its
 * composed nodes, so that depth and number are checked before anything is built, and anchors (which make small files
 * huge), tags and duplicate keys are refused where they stand.
 */
public final class YamlParser {
    static final int MAX_DEPTH = 16;
    static final int MAX_NODES = 20_000;
    static final int MAX_SCALAR = 4096;

    /** No mapping of a config has as many keys; bounds the search for a key written twice. */
    static final int MAX_KEYS = 64;

    private final String file;
    private final int maxDepth;
    private final StreamReader reader;
    private final Iterator<Event> events;
    private int nodes;

    private YamlParser(String file, String text, int maxDepth) {
        this.file = file;
        this.maxDepth = maxDepth;
        LoadSettings settings = LoadSettings.builder()
                .setLabel(file)
                .setCodePointLimit(ConfigLoader.MAX_FILE_BYTES)
                .build();
        this.reader = new StreamReader(settings, text);
        this.events = new ParserImpl(settings, reader);
    }

    /** @throws ConfigException with the place of the first thing that is not YAML, or not the YAML that Baton takes */
    static Yaml parse(String file, String text) throws ConfigException {
        return parse(file, text, MAX_DEPTH);
    }

    /** As {@link #parse(String, String)}, of a config that is nested deeper than Baton's own; at most {@code maxDepth}. */
    public static Yaml parse(String file, String text, int maxDepth) throws ConfigException {
        YamlParser parser = new YamlParser(file, text, maxDepth);
        try {
            return parser.document();
        } catch (MarkedYamlEngineException e) {
            throw parser.error(e.getProblemMark().or(e::getContextMark), "not YAML: " + syntaxProblem(e));
        } catch (ReaderException e) {
            throw parser.unprintable(text, e);
        } catch (YamlEngineException e) {
            throw parser.error(Optional.empty(), "not YAML: " + Words.plain(String.valueOf(e.getMessage())));
        }
    }

    private static String syntaxProblem(MarkedYamlEngineException e) {
        String context = e.getContext();
        String problem = Words.plain(String.valueOf(e.getProblem()));
        return context == null || context.isEmpty() ? problem : Words.plain(context) + ", " + problem;
    }

    private Yaml document() throws ConfigException {
        Event first = next(ID.StreamStart);
        if (first.getEventId() == ID.StreamEnd) {
            throw error(first.getStartMark(), "the file is empty, expected a config with at least one listener");
        }
        Yaml root = node(pull(), 1);
        Event after = next(ID.DocumentEnd);
        if (after.getEventId() != ID.StreamEnd) {
            throw error(after.getStartMark(), "a second document, expected one document in the file");
        }
        return root;
    }

    /** The library lets more out than its own exceptions: NumberFormatException for an escape that is cut short, found by fuzzing. */
    private Event pull() throws ConfigException {
        try {
            return events.next();
        } catch (YamlEngineException e) {
            throw e;
        } catch (RuntimeException e) {
            throw error(reader.getMark(), "not YAML: the parser gave up here, " + Words.plain(e.toString()));
        }
    }

    /** The first event that is not {@code skipped}. */
    private Event next(ID skipped) throws ConfigException {
        Event event = pull();
        while (event.getEventId() == skipped) {
            event = pull();
        }
        return event;
    }

    private Yaml node(Event event, int depth) throws ConfigException {
        checkLimits(event, depth);
        checkPlain(event);
        Position at = position(event.getStartMark());
        return switch (event.getEventId()) {
            case Scalar -> scalar(at, (ScalarEvent) event);
            case SequenceStart -> sequence(at, depth);
            case MappingStart -> mapping(at, depth);
            default -> throw error(event.getStartMark(), "%s, expected a value".formatted(event.getEventId()));
        };
    }

    private Scalar scalar(Position at, ScalarEvent event) throws ConfigException {
        String text = event.getValue();
        if (text.length() > MAX_SCALAR) {
            throw error(
                    event.getStartMark(),
                    "a value of %d characters, expected at most %d".formatted(text.length(), MAX_SCALAR));
        }
        return new Scalar(at, text, event.isPlain());
    }

    private Sequence sequence(Position at, int depth) throws ConfigException {
        List<Yaml> items = new ArrayList<>();
        for (Event event = pull(); event.getEventId() != ID.SequenceEnd; event = pull()) {
            items.add(node(event, depth + 1));
        }
        return new Sequence(at, items);
    }

    private Mapping mapping(Position at, int depth) throws ConfigException {
        List<Entry> entries = new ArrayList<>();
        for (Event event = pull(); event.getEventId() != ID.MappingEnd; event = pull()) {
            if (!(node(event, depth + 1) instanceof Scalar key)) {
                throw error(event.getStartMark(), "a key that is not a word, expected KEY: VALUE");
            }
            Yaml value = node(pull(), depth + 1);
            for (Entry earlier : entries) {
                if (earlier.key().text().equals(key.text())) {
                    throw error(
                            event.getStartMark(),
                            "key %s again, expected it once (it stands in line %d)"
                                    .formatted(
                                            Words.quote(key.text()),
                                            earlier.key().at().line()));
                }
            }
            if (entries.size() == MAX_KEYS) {
                throw error(event.getStartMark(), "more than %d keys in one mapping".formatted(MAX_KEYS));
            }
            entries.add(new Entry(key, value));
        }
        return new Mapping(at, entries);
    }

    private void checkLimits(Event event, int depth) throws ConfigException {
        if (depth > maxDepth) {
            throw error(event.getStartMark(), "nested more than %d deep, expected a flat config".formatted(maxDepth));
        }
        if (++nodes > MAX_NODES) {
            throw error(event.getStartMark(), "more than %d values, expected fewer".formatted(MAX_NODES));
        }
    }

    private void checkPlain(Event event) throws ConfigException {
        if (event instanceof AliasEvent alias) {
            throw error(event.getStartMark(), "alias *%s, expected the value written out".formatted(name(alias)));
        }
        if (event instanceof NodeEvent node && node.getAnchor().isPresent()) {
            throw error(
                    event.getStartMark(),
                    "anchor &%s, expected the value alone (there are no aliases)"
                            .formatted(Words.plain(node.getAnchor().get().getValue())));
        }
        Optional<String> tag = switch (event) {
            case ScalarEvent scalar -> scalar.getTag();
            case CollectionStartEvent start -> start.getTag();
            default -> Optional.empty();
        };
        if (tag.isPresent()) {
            throw error(event.getStartMark(), "tag %s, expected the value alone".formatted(Words.plain(tag.get())));
        }
    }

    private static String name(AliasEvent alias) {
        return Words.plain(alias.getAlias().getValue());
    }

    private ConfigException unprintable(String text, ReaderException e) {
        String before = text.substring(0, text.offsetByCodePoints(0, e.getPosition()));
        int line = (int) before.chars().filter(c -> c == '\n').count() + 1;
        int column = before.codePointCount(before.lastIndexOf('\n') + 1, before.length()) + 1;
        return new ConfigException(
                "%s:%d:%d: character U+%04X, expected printable text".formatted(file, line, column, e.getCodePoint()));
    }

    private ConfigException error(Optional<Mark> mark, String problem) {
        if (mark.isEmpty()) {
            return new ConfigException("%s: %s".formatted(file, problem));
        }
        Position at = position(mark);
        return new ConfigException("%s:%d:%d: %s".formatted(file, at.line(), at.column(), problem));
    }

    private static Position position(Optional<Mark> mark) {
        return mark.map(m -> new Position(m.getLine() + 1, m.getColumn() + 1)).orElse(new Position(1, 1));
    }
}
