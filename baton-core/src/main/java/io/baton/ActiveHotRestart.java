package io.baton;

import java.time.Instant;
import java.util.Optional;

final class ActiveHotRestart implements HotRestart {
    @Override
    public String version() {
        throw new UnsupportedOperationException();
    }

    @Override
    public BaseId baseId() {
        throw new UnsupportedOperationException();
    }

    @Override
    public RestartEpoch epoch() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Instant originalStart() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Listeners listeners() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Optional<ParentAdmin> shutdownParentAdmin() throws HotRestartException {
        throw new UnsupportedOperationException();
    }

    @Override
    public void serve(ParentDuties duties) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void ready() throws HotRestartException {
        throw new UnsupportedOperationException();
    }

    @Override
    public void drain() {
        throw new UnsupportedOperationException();
    }

    @Override
    public SharedLock logLock() {
        throw new UnsupportedOperationException();
    }

    @Override
    public SharedLock accessLogLock() {
        throw new UnsupportedOperationException();
    }

    @Override
    public DrainManager drainManager() {
        throw new UnsupportedOperationException();
    }

    @Override
    public HotRestartState state() {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean forward(UdpPacket packet) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void onForwarded(UdpPacketHandler handler) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
