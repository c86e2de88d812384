package io.baton.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.net.UnknownHostException;
import java.nio.file.Path;

/** Whatever is in the file: a config, or one line. With JAZZER_FUZZ=1 it searches, without it replays what is in the repository. */
class ConfigLoaderFuzzTest {
    private static final Path FILE = Path.of("baton.yaml");
    private static final HostResolver NO_NAMES = host -> {
        throw new UnknownHostException("the name is not known");
    };

    @FuzzTest(maxDuration = "1m")
    void anyFileGivesAConfigOrOneLine(byte[] bytes) {
        try {
            BatonConfig config =
                    ConfigLoader.parse(FILE, ConfigLoader.decode(FILE, bytes), NO_NAMES, new UnreadTlsFiles());
            assertThat(ConfigCheck.of(config).config()).isSameAs(config);
            assertThat(ConfigLoader.parse(FILE, ConfigWriter.write(config), NO_NAMES, new UnreadTlsFiles()))
                    .isEqualTo(config);
        } catch (ConfigException e) {
            assertThat(e.getMessage())
                    .startsWith("baton.yaml")
                    .hasSizeLessThan(1000)
                    .hasLineCount(1);
        }
    }
}
