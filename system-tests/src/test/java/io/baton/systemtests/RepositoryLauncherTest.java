package io.baton.systemtests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./baton} of the repository, in a tree of its own where Maven and the program are scripts that say what they were asked. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class RepositoryLauncherTest {
    private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final List<String> TOOLS = List.of(
            "bash",
            "cp",
            "dirname",
            "find",
            "flock",
            "grep",
            "ln",
            "mkdir",
            "mv",
            "readlink",
            "rm",
            "sleep",
            "tail",
            "timeout");

    @TempDir
    Path temp;

    private Path root;
    private Path source;
    private Path jdk;

    private record Ended(int code, String out, String err) {}

    @BeforeEach
    void makeTree() throws IOException {
        root = Files.createDirectory(temp.resolve("tree"));
        copy("baton");
        copy("baton-cli/src/main/dist/bin/find-java.sh");
        source = write("baton-cli/src/main/java/Main.java", "class Main {}");
        write("bench/src/main/java/Bench.java", "class Bench {}");
        for (String pom : List.of("pom.xml", "baton-cli/pom.xml", "bench/pom.xml", ".mvn/maven.config")) {
            write(pom, "");
        }
        script("baton-cli/src/main/dist/bin/baton", """
                [ "$1" = train ] || echo "ran $* of ${0%/bin/*}"
                """);
        mvnw("");
        jdk = Files.createDirectories(temp.resolve("jdk"));
        for (String program : List.of("java", "javac")) {
            executable(write(jdk.resolve("bin").resolve(program), ""));
        }
        write(jdk.resolve("release"), "JAVA_VERSION=\"25.0.1\"\n");
    }

    @Test
    void buildsAtTheFirstStartAndNotAtTheNext() throws Exception {
        Ended first = baton("status", "--json");
        Ended second = baton("status", "--json");

        assertThat(first.code()).as(first.err()).isZero();
        assertThat(first.err()).isEqualTo("building...\n");
        assertThat(first.out()).startsWith("ran status --json of " + root.resolve(".baton/dist"));
        assertThat(second.err()).isEmpty();
        assertThat(second.out()).isEqualTo(first.out());
        assertThat(mavenRuns()).isEqualTo(1);
    }

    @Test
    void buildsAgainWhenAnythingThatGoesIntoItHasChanged() throws Exception {
        baton("version");
        int runs = 1;
        for (Change change : List.<Change>of(
                () -> Files.writeString(source, "class Main { int i; }"),
                () -> write("bench/src/main/java/Another.java", ""),
                () -> Files.delete(root.resolve("bench/src/main/java/Another.java")),
                () -> Files.writeString(root.resolve("pom.xml"), "<project/>"),
                () -> Files.writeString(root.resolve("bench/pom.xml"), "<project/>"),
                () -> Files.writeString(root.resolve(".mvn/maven.config"), "-q"),
                () -> Files.writeString(
                        root.resolve("baton"), Files.readString(root.resolve("baton")) + "\n# end\n"))) {
            change.apply();
            assertThat(baton("version").err()).isEqualTo("building...\n");
            assertThat(baton("version").err()).isEmpty();
            assertThat(mavenRuns()).isEqualTo(++runs);
        }
        write("baton-cli/src/test/java/MainTest.java", "class MainTest {}");
        write("docs/page.md", "");
        assertThat(baton("version").err()).as("no part of it").isEmpty();
    }

    @Test
    void whatIsSavedDuringABuildIsBuiltTheNextTime() throws Exception {
        mvnw("echo 'class Main { int late; }' > %s".formatted(source));
        baton("version");
        mvnw("");
        Files.setLastModifiedTime(root.resolve("mvnw"), Files.getLastModifiedTime(root.resolve("pom.xml")));

        assertThat(baton("version").err()).isEqualTo("building...\n");
        assertThat(baton("version").err()).isEmpty();
    }

    @Test
    void aFailedBuildIsToldAndLeavesTheLastOneAlone() throws Exception {
        baton("version");
        Path built = root.resolve(".baton/dist").toRealPath();
        mvnw("echo 'Main.java:1: what is this?'; exit 1");

        for (int attempt = 0; attempt < 2; attempt++) { // the next one tries again
            Ended failed = baton("version");
            assertThat(failed.code()).isEqualTo(1);
            assertThat(failed.out()).isEmpty();
            assertThat(failed.err())
                    .contains("Main.java:1: what is this?\n")
                    .endsWith("baton: the build failed; all of its output is in .baton/build.log\n");
        }
        assertThat(root.resolve(".baton/dist").toRealPath()).isEqualTo(built);
    }

    @Test
    void aFailedTrainingRunIsNoFailedBuild() throws Exception {
        script("baton-cli/src/main/dist/bin/baton", """
                [ "$1" = train ] || echo "ran $*"
                [ "$1" != train ] || { : > "$BATON_AOT_OUTPUT"; exit 1; }
                """);
        assertThat(baton("version").out()).isEqualTo("ran version\n");
        assertThat(root.resolve(".baton/dist/lib/baton.aot")).doesNotExist();
        assertThat(root.resolve(".baton/build.log")).content().contains("no AOT cache");
    }

    @Test
    void twoStartsAtOnceBuildOnce() throws Exception {
        Path go = temp.resolve("go");
        mvnw("until [ -e %s ]; do sleep 0.05; done".formatted(go));
        Running first = start("first");
        await().atMost(PATIENCE).until(() -> mavenRuns() == 1);
        Running second = start("second");
        await().atMost(PATIENCE).until(() -> Files.readString(second.err()).contains("waiting for another build"));
        Files.createFile(go);

        assertThat(first.end().out()).startsWith("ran first ");
        assertThat(second.end().out()).startsWith("ran second ");
        assertThat(mavenRuns()).isEqualTo(1);
    }

    @Test
    void oldDistributionsGoUnlessSomethingRunsFromThem() throws Exception {
        List<Path> old = new ArrayList<>();
        for (int i = 1; i <= 5; i++) {
            old.add(Files.createDirectories(root.resolve(".baton/dist-20200101-00000%dT-1".formatted(i))));
        }
        Path hold = executable(write(old.getFirst().resolve("bin/hold"), "#!/bin/sh\nread -r line\n"));
        Process holder = new ProcessBuilder("/bin/sh", hold.toString()).start();
        try {
            baton("version");

            Path current = root.resolve(".baton/dist").toRealPath();
            assertThat(distributions()).containsExactly(old.get(0), old.get(3), old.get(4), current);
        } finally {
            holder.destroyForcibly().onExit().join();
        }
        Files.writeString(source, "class Main { int again; }");
        baton("version");
        assertThat(distributions()).hasSize(3).doesNotContain(old.get(0), old.get(3));
    }

    @Test
    void worksThroughALinkAndFromAnyDirectory() throws Exception {
        Path link = Files.createSymbolicLink(temp.resolve("b"), root.resolve("baton"));

        assertThat(start(List.of(link.toString(), "version")).end().out())
                .startsWith("ran version of " + root.resolve(".baton/dist"));
        assertThat(temp.resolve(".baton")).doesNotExist();
    }

    @Test
    void saysInOneLineThatThereIsNoJdkAndBuildsNothing() throws Exception {
        Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"17.0.1\"\n");

        Ended ended = baton("version");

        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.out()).isEmpty();
        assertThat(ended.err())
                .isEqualTo(
                        "baton: no JDK 25 or newer found (JAVA_HOME=%s has Java 17; none in %s or on PATH): install one, or set JAVA_HOME\n"
                                .formatted(jdk, temp.resolve("none")));
        assertThat(mavenRuns()).isZero();
    }

    @Test
    void aJavaWithoutCompilerIsNoJdk() throws Exception {
        Files.delete(jdk.resolve("bin/javac"));

        assertThat(baton("version").err()).startsWith("baton: no JDK 25 or newer found");
        assertThat(mavenRuns()).isZero();
    }

    @FunctionalInterface
    private interface Change {
        void apply() throws IOException;
    }

    private record Running(Process process, Path out, Path err) {
        Ended end() throws IOException, InterruptedException {
            try {
                assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                        .as("it ends")
                        .isTrue();
                return new Ended(process.exitValue(), Files.readString(out), Files.readString(err));
            } finally {
                process.destroyForcibly();
            }
        }
    }

    private Ended baton(String... arguments) throws IOException, InterruptedException {
        return start(arguments).end();
    }

    private Running start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(root.resolve("baton").toString()));
        command.addAll(List.of(arguments));
        return start(command);
    }

    /** With a PATH on which there is no java, and a machine without any but ours. */
    private Running start(List<String> command) throws IOException {
        Path out = Files.createTempFile(temp, "out", "");
        Path err = Files.createTempFile(temp, "err", "");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(temp.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().clear();
        builder.environment().put("PATH", toolsWithoutJava().toString());
        builder.environment().put("JAVA_HOME", jdk.toString());
        builder.environment().put("BATON_JVM_DIR", temp.resolve("none").toString());
        return new Running(builder.start(), out, err);
    }

    /** What the scripts use; links to outside of a test's directory would be warned of one by one. */
    private Path toolsWithoutJava() throws IOException {
        Path tools = temp.resolve("tools");
        if (!Files.exists(tools)) {
            for (String tool : TOOLS) {
                Path real = Stream.of("/usr/bin", "/bin")
                        .map(directory -> Path.of(directory, tool))
                        .filter(Files::isExecutable)
                        .findFirst()
                        .orElseThrow(() -> new AssertionError("there is no " + tool));
                executable(write(tools.resolve(tool), "#!/bin/sh\nexec %s \"$@\"\n".formatted(real)));
            }
        }
        return tools;
    }

    /** A Maven wrapper that notes its call, does {@code more}, and makes the jars that a build makes. */
    private void mvnw(String more) throws IOException {
        script("mvnw", """
                echo "$*" >> %s
                %s
                for module in baton-cli bench; do
                  mkdir -p "%s/$module/target/lib"
                  : > "%3$s/$module/target/$module.jar"
                  : > "%3$s/$module/target/lib/some.jar"
                done
                """.formatted(temp.resolve("maven.log"), more, root));
    }

    private int mavenRuns() throws IOException {
        Path log = temp.resolve("maven.log");
        return Files.exists(log) ? Files.readAllLines(log).size() : 0;
    }

    private List<Path> distributions() throws IOException {
        try (Stream<Path> all = Files.list(root.resolve(".baton"))) {
            return all.filter(path -> path.getFileName().toString().startsWith("dist-"))
                    .sorted()
                    .toList();
        }
    }

    private void copy(String file) throws IOException {
        Path target = root.resolve(file);
        Files.createDirectories(target.getParent());
        Files.copy(REPOSITORY.resolve(file), target);
    }

    private void script(String file, String body) throws IOException {
        executable(write(file, "#!/bin/bash\n" + body));
    }

    private static Path executable(Path file) throws IOException {
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Path write(String file, String content) throws IOException {
        return write(root.resolve(file), content);
    }

    private static Path write(Path file, String content) throws IOException {
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content, UTF_8);
    }
}
