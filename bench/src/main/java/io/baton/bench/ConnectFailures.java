package io.baton.bench;

import io.netty.channel.ConnectTimeoutException;
import java.io.IOException;
import java.net.ConnectException;
import java.util.Locale;

/** Which {@link FailureCause} a failed socket operation is; the JDK tells them apart by text only. */
final class ConnectFailures {
    private ConnectFailures() {}

    static FailureCause causeOf(Throwable error) {
        String text = String.valueOf(error.getMessage()).toLowerCase(Locale.ROOT);
        if (error instanceof ConnectTimeoutException || text.contains("timed out")) {
            return FailureCause.CONNECT_TIMEOUT;
        }
        if (error instanceof ConnectException && text.contains("refused")) {
            return FailureCause.CONNECT_REFUSED;
        }
        return text.contains("reset") ? FailureCause.CONNECT_RESET : FailureCause.CONNECT_FAILED;
    }

    /** Whether the socket itself broke ("Connection reset", "Broken pipe"), as opposed to what came over it. */
    static boolean isSocketError(Throwable error) {
        return error instanceof IOException;
    }
}
