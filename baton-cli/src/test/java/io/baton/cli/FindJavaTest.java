package io.baton.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the launchers find their Java, with installations made of empty files. */
class FindJavaTest {
    private static final Path SCRIPT = Path.of("src/main/dist/bin/find-java.sh").toAbsolutePath();

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it before each test
    private Path temp;

    private record Found(int code, String out, String err) {}

    @Test
    void takesJavaHomeWhenItIsNewEnough() throws Exception {
        Path home = install("elsewhere/jdk", "25.0.1");
        install("jvm/newer", "26");

        assertThat(find(Map.of("JAVA_HOME", home.toString()), "jdk")).isEqualTo(new Found(0, home + "\n", ""));
    }

    @Test
    void passesOverAJavaHomeThatIsTooOld() throws Exception {
        Path old = install("elsewhere/jdk", "17.0.15");
        Path fit = install("jvm/temurin", "25.0.3");

        assertThat(find(Map.of("JAVA_HOME", old.toString()), "jdk").out()).isEqualTo(fit + "\n");
    }

    @Test
    void takesTheNewestOfTheMachine() throws Exception {
        install("jvm/a-17", "17.0.15");
        install("jvm/b-25", "25.0.3");
        Path newest = install("jvm/c-26", "26-ea");
        install("jvm/d-25", "25.0.9");
        Files.createDirectory(temp.resolve("jvm/openjdk-17"));

        assertThat(find(Map.of(), "jdk").out()).isEqualTo(newest + "\n");
    }

    @Test
    void aJavaWithoutCompilerBuildsNothingButRuns() throws Exception {
        Path runtime = install("jvm/jre-26", "26");
        Files.delete(runtime.resolve("bin/javac"));
        Path development = install("jvm/jdk-25", "25");

        assertThat(find(Map.of(), "jdk").out()).isEqualTo(development + "\n");
        assertThat(find(Map.of(), "").out()).isEqualTo(runtime + "\n");
    }

    @Test
    void pathComesLast() throws Exception {
        Files.createDirectories(temp.resolve("jvm"));
        Path home = install("opt/jdk", "25");
        Path bin = Files.createDirectory(temp.resolve("bin"));
        Files.createSymbolicLink(bin.resolve("java"), home.resolve("bin/java"));

        assertThat(find(Map.of("PATH", bin + ":/usr/bin:/bin"), "jdk").out()).isEqualTo(home + "\n");
    }

    @Test
    void saysInOneLineThatThereIsNone() throws Exception {
        Path old = install("jvm/jdk-17", "17.0.15");

        Found found = find(Map.of("JAVA_HOME", old.toString()), "jdk");

        assertThat(found.code()).isEqualTo(1);
        assertThat(found.out()).isEmpty();
        assertThat(found.err())
                .isEqualTo(
                        "baton: no JDK 25 or newer found (JAVA_HOME=%s has Java 17; none in %s or on PATH): install one, or set JAVA_HOME%n"
                                .formatted(old, temp.resolve("jvm")));
    }

    /** A directory that looks like a Java to who only looks at its release file. */
    private Path install(String name, String version) throws IOException {
        Path home = temp.resolve(name);
        Path bin = Files.createDirectories(home.resolve("bin"));
        for (String program : new String[] {"java", "javac"}) {
            Files.createFile(
                    bin.resolve(program),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        }
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"Nobody\"\nJAVA_VERSION=\"%s\"\n".formatted(version));
        return home;
    }

    private Found find(Map<String, String> environment, String kind) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(
                "/bin/bash", "-euc", ". \"$0\"; find_java \"$1\"; echo \"$REPLY\"", SCRIPT.toString(), kind);
        builder.environment().clear();
        // A java of the machine, should it have one on its PATH, must not be the answer.
        builder.environment().put("PATH", toolsOnly().toString());
        builder.environment().put("BATON_JVM_DIR", temp.resolve("jvm").toString());
        builder.environment().putAll(environment);
        Process process = builder.start();
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        return new Found(
                process.exitValue(),
                new String(process.getInputStream().readAllBytes(), UTF_8),
                new String(process.getErrorStream().readAllBytes(), UTF_8));
    }

    /** What the script needs, and no java. */
    private Path toolsOnly() throws IOException {
        Path tools = Files.createDirectories(temp.resolve("tools"));
        Path readlink = tools.resolve("readlink");
        if (!Files.exists(readlink)) {
            Files.writeString(readlink, "#!/bin/sh\nexec /usr/bin/readlink \"$@\"\n");
            Files.setPosixFilePermissions(readlink, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        return tools;
    }
}
