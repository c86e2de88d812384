package io.baton.envoy;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.baton.proxy.BatonConfig;
import io.baton.proxy.ConfigException;
import io.baton.proxy.ConfigLoader;
import io.baton.proxy.ConfigWriter;
import java.nio.file.Path;

/**
 * Whatever is in the file: a config that survives being converted, or one line. With JAZZER_FUZZ=1 it searches, without it replays what is
 * in the repository.
 */
class EnvoyConfigFuzzTest {
    private static final Path FILE = Path.of("envoy.yaml");

    @FuzzTest(maxDuration = "1m")
    void anyFileGivesAConfigOrOneLine(byte[] bytes) throws Exception {
        BatonConfig config;
        try {
            config = EnvoyFiles.parse(ConfigLoader.decode(FILE, bytes));
        } catch (ConfigException e) {
            assertThat(e.getMessage())
                    .startsWith("envoy.yaml")
                    .hasSizeLessThan(2000)
                    .hasLineCount(1);
            return;
        }
        assertThat(ConfigLoader.parse(FILE, ConfigWriter.write(config), EnvoyFiles.NAMES, EnvoyFiles.UNREAD))
                .isEqualTo(config);
    }
}
