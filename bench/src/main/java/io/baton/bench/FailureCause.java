package io.baton.bench;

/** Why a request or a stream was lost, as the client saw it. */
public enum FailureCause {
    CONNECT_REFUSED("connect refused"),
    CONNECT_RESET("reset while connecting"),
    CONNECT_TIMEOUT("connect timed out"),
    CONNECT_FAILED("connect failed otherwise"),
    /** RST in the middle of a request or stream. */
    RESET("connection reset"),
    /** A clean end (FIN) before everything had arrived: a truncated stream that looks whole. */
    CUT("ended early"),
    /** Connected, sent, and no complete answer before the deadline. */
    TIMEOUT("no answer in time"),
    WRONG_STATUS("wrong status"),
    /** Bytes flipped, lost, doubled, or those of somebody else's answer. */
    WRONG_BYTES("wrong bytes"),
    NOT_HTTP("not HTTP"),
    /** The generator found no free connection before the deadline: too much in flight already. */
    NO_CONNECTION("no free connection in time");

    private final String text;

    FailureCause(String text) {
        this.text = text;
    }

    /** What a reader of a report sees. */
    public String text() {
        return text;
    }
}
