package io.baton.cli;

import static java.util.Objects.requireNonNull;

import io.baton.Belongings;
import io.baton.HotRestart;
import io.baton.posix.Posix;
import io.baton.proxy.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The upgrade in place as {@code baton serve} sees it: how this image came, how it leaves. Thread-safe once {@link #of} has returned.
 */
final class InPlace {
    private static final Logger LOG = LoggerFactory.getLogger(InPlace.class);

    private final Posix posix;
    private final Optional<Image> image;
    private final Optional<InPlaceArrival> arrival;
    private final boolean offered;
    private volatile byte[] text = {};
    private @Nullable ConfigSource source;
    private @Nullable InPlaceUpgrade upgrade;
    private boolean held;

    private InPlace(Posix posix, Optional<Image> image, Optional<InPlaceArrival> arrival, boolean offered) {
        this.posix = posix;
        this.image = image;
        this.arrival = arrival;
        this.offered = offered;
    }

    /**
     * Looks at the environment, and handles USR2 from now on if that is wanted.
     *
     * @param offered whether USR2 is to do anything
     */
    static InPlace of(Posix posix, List<String> arguments, Map<String, String> environment, boolean offered)
            throws CliException {
        Optional<InPlaceArrival> arrival = InPlaceArrival.of(posix, environment);
        Optional<Image> image =
                offered || arrival.isPresent() ? Optional.of(Image.current(arguments, environment)) : Optional.empty();
        InPlace inPlace = new InPlace(posix, image, arrival, offered);
        if (offered) {
            JvmSignals.handle("USR2", inPlace::requested);
        }
        return inPlace;
    }

    /** One that comes while this image starts is held: what its path leads to may have changed since. */
    private synchronized void requested() {
        InPlaceUpgrade ready = upgrade;
        if (ready == null) {
            held = true;
            LOG.info("SIGUSR2 waits: not serving yet");
        } else {
            ready.request();
        }
    }

    /** The config's text: the file's, or what the image before had read of it when that one was called back. */
    byte[] config(ConfigSource config) throws CliException {
        source = config;
        Optional<byte[]> theirs = arrival.flatMap(InPlaceArrival::config);
        text = theirs.isPresent() ? theirs.get() : Configs.read(config.file());
        return text;
    }

    /** Whether this image took another's place. */
    boolean resumed() {
        return arrival.isPresent();
    }

    /** What the one before has left; empty when this is the first. */
    Optional<Belongings> belongings() throws CliException {
        return arrival.isPresent() ? Optional.of(arrival.get().belongings()) : Optional.empty();
    }

    /** An image that is not ready by then is none: the one before is called back. */
    void limit(Duration patience) {
        arrival.ifPresent(came -> came.goBackAfter(patience, image.orElseThrow()));
    }

    /**
     * Nothing can fail any more.
     *
     * @throws CliException when it is too late
     */
    void settle() throws CliException {
        if (arrival.isPresent() && !arrival.get().settle()) {
            throw new CliException(ExitCode.FAILED, "not ready in time");
        }
    }

    /** From now on USR2 finds somebody. */
    synchronized void serving(HotRestart hotRestart, Proxy proxy) {
        if (offered) {
            upgrade = new InPlaceUpgrade(
                    posix, image.orElseThrow(), requireNonNull(source, "no config was read"), text, hotRestart, proxy);
            if (held) {
                requested();
            }
        }
    }

    /** The process is to end, and nobody is called back. */
    synchronized void ends() {
        upgrade = null;
        arrival.ifPresent(InPlaceArrival::settle);
    }

    /** This image cannot serve; returns when there is no other. */
    void failed(String reason) {
        arrival.ifPresent(came -> came.goBack(reason, image.orElseThrow()));
    }
}
