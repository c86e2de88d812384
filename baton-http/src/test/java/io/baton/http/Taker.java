package io.baton.http;

/** Takes whatever a decoder makes. */
final class Taker implements RequestDecoder.Owner, ResponseDecoder.Owner {
    @Override
    public boolean takesInput() {
        return true;
    }

    @Override
    public void beginRead() {}

    @Override
    public void settle() {}

    @Override
    public boolean isUsed() {
        return true;
    }

    @Override
    public boolean failed() {
        return false;
    }

    @Override
    public void close() {}
}
