package io.baton.systemtests;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.File;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The picture in docs/ARCHITECTURE.md, checked: an arrow that is not drawn there fails the build. */
class ArchitectureTest {

    /** Which of our modules each of them may require; the drawing as data. */
    private static final Map<String, Set<String>> ARROWS = Map.ofEntries(
            Map.entry("io.baton.posix", Set.of()),
            Map.entry("io.baton.testkit", Set.of("io.baton.posix")),
            Map.entry("io.baton", Set.of("io.baton.posix")),
            Map.entry("io.baton.inherit", Set.of("io.baton", "io.baton.posix")),
            Map.entry("io.baton.relay", Set.of("io.baton", "io.baton.posix")),
            Map.entry("io.baton.netty", Set.of("io.baton", "io.baton.posix")),
            Map.entry("io.baton.http", Set.of("io.baton", "io.baton.posix", "io.baton.netty", "io.baton.tls")),
            Map.entry(
                    "io.baton.proxy",
                    Set.of("io.baton", "io.baton.posix", "io.baton.relay", "io.baton.http", "io.baton.tls")),
            Map.entry("io.baton.envoy", Set.of("io.baton.posix", "io.baton.proxy", "io.baton.http", "io.baton.tls")),
            Map.entry("io.baton.admin", Set.of("io.baton", "io.baton.posix", "io.baton.proxy")),
            Map.entry(
                    "io.baton.cli",
                    Set.of(
                            "io.baton",
                            "io.baton.posix",
                            "io.baton.proxy",
                            "io.baton.envoy",
                            "io.baton.admin",
                            "io.baton.inherit")),
            Map.entry("io.baton.bench", Set.of("io.baton", "io.baton.posix", "io.baton.relay")),
            Map.entry("io.baton.tls", Set.of()));

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.baton");

    @Test
    void modulesRequireOnlyWhatTheDrawingAllows() {
        Map<String, Set<String>> required = ourModules()
                .collect(Collectors.toMap(
                        ModuleDescriptor::name,
                        module -> module.requires().stream()
                                .map(ModuleDescriptor.Requires::name)
                                .filter(name -> name.startsWith("io.baton"))
                                .collect(Collectors.toSet())));

        assertThat(required.keySet()).as("modules there are").isEqualTo(ARROWS.keySet());
        required.forEach((module, arrows) ->
                assertThat(ARROWS.get(module)).as("what %s may require", module).containsAll(arrows));
    }

    @Test
    void everyModuleIsOneFlatPackage() {
        ourModules()
                .forEach(module -> assertThat(module.packages())
                        .as(module.name())
                        .isSubsetOf(module.name(), module.name() + ".spi"));
    }

    @Test
    void onlyPosixCallsNativeCode() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.baton.posix")
                .should()
                .dependOnClassesThat()
                .areAssignableTo(Linker.class)
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(SymbolLookup.class)
                .because("baton-posix is the only module that is given native access")
                .check(CLASSES);
    }

    @Test
    void coreKnowsNeitherNettyNorHttpNorYaml() {
        noClasses()
                .that()
                .resideInAPackage("io.baton")
                .or()
                .resideInAPackage("io.baton.spi")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.netty..", "com.sun.net.httpserver..", "java.net.http..", "org.snakeyaml..")
                .check(CLASSES);
    }

    private static Stream<ModuleDescriptor> ourModules() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of)
                .filter(Files::exists)
                .filter(path -> path.endsWith("classes")
                        || path.getFileName().toString().startsWith("baton-"))
                .flatMap(path -> ModuleFinder.of(path).findAll().stream())
                .map(ModuleReference::descriptor)
                .filter(module -> module.name().startsWith("io.baton"));
    }
}
