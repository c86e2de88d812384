package io.baton.bench;

/** What a proxy makes of the bytes of a listener. */
enum Protocol {
    /** Nothing: they are relayed as they come. */
    TCP("TCP relay"),
    /** Requests, each of which may go to another upstream connection. */
    HTTP("HTTP proxy");

    private final String title;

    Protocol(String title) {
        this.title = title;
    }

    /** In a heading. */
    String title() {
        return title;
    }
}
