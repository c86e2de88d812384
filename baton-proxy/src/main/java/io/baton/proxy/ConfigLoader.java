package io.baton.proxy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Reads a config file. */
public final class ConfigLoader {
    static final int MAX_FILE_BYTES = 1 << 20;

    private ConfigLoader() {}

    /**
     * Reads and checks {@code file}. Host names in it are resolved, which takes at most {@link HostResolver#BUDGET} in all;
     * certificates that it names are read. Nothing else outside the file is touched.
     *
     * @throws ConfigException with one line about the first mistake
     */
    public static BatonConfig load(Path file) throws ConfigException {
        return load(file, HostResolver.system(), TlsFiles.system());
    }

    /**
     * As {@link #load(Path)}, of what was in {@code file} once.
     *
     * @param text as {@link #read} had it
     */
    public static BatonConfig load(Path file, byte[] text) throws ConfigException {
        return parse(file, decode(file, text), HostResolver.system(), TlsFiles.system());
    }

    /** As {@link #load(Path)}, with others who resolve names and read certificates. */
    public static BatonConfig load(Path file, HostResolver resolver, TlsFiles files) throws ConfigException {
        return parse(file, text(file), resolver, files);
    }

    /** The text of a config file: UTF-8, of at most 1 MiB, without byte order mark. */
    public static String text(Path file) throws ConfigException {
        return decode(file, read(file));
    }

    /** As {@link #load}, of a text; {@code file} is what messages call it, and where relative paths start. */
    public static BatonConfig parse(Path file, String text, HostResolver resolver, TlsFiles files)
            throws ConfigException {
        Yaml root = YamlParser.parse(file.toString(), text);
        Path directory = parentOf(file.toAbsolutePath().normalize());
        return new ConfigReader(directory, resolver, files).read(new Value(file.toString(), "", root));
    }

    private static Path parentOf(Path file) {
        @Nullable Path parent = file.getParent();
        return parent == null ? file : parent;
    }

    /**
     * What is in {@code file}, of 1 MiB at most.
     *
     * @throws ConfigException with one line, when it cannot be read
     */
    public static byte[] read(Path file) throws ConfigException {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw unreadable(file, "not a regular file");
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_FILE_BYTES + 1);
            if (bytes.length > MAX_FILE_BYTES) {
                throw unreadable(file, "larger than %d bytes".formatted(MAX_FILE_BYTES));
            }
            return bytes;
        } catch (NoSuchFileException e) {
            throw unreadable(file, "no such file");
        } catch (AccessDeniedException e) {
            throw unreadable(file, "permission denied");
        } catch (IOException e) {
            throw unreadable(file, Words.plain(String.valueOf(e.getMessage())));
        }
    }

    private static ConfigException unreadable(Path file, String problem) {
        return new ConfigException("%s: %s, expected a YAML file".formatted(file, problem));
    }

    /** As {@link #text}, of what is in the file. */
    public static String decode(Path file, byte[] bytes) throws ConfigException {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(in)
                    .toString();
            return text.startsWith("\uFEFF") ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            throw notText(file, bytes, in.position());
        }
    }

    private static ConfigException notText(Path file, byte[] bytes, int position) {
        int line = 1;
        int lineStart = 0;
        for (int i = 0; i < position; i++) {
            if (bytes[i] == '\n') {
                line++;
                lineStart = i + 1;
            }
        }
        int column = new String(bytes, lineStart, position - lineStart, StandardCharsets.UTF_8).length() + 1;
        return new ConfigException(
                "%s:%d:%d: byte 0x%02x, expected text in UTF-8".formatted(file, line, column, bytes[position]));
    }
}
