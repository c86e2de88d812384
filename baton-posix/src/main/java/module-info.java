/** System calls through the FFM API: the only module that is given native access. */
module io.baton.posix {
    requires static org.jspecify;

    exports io.baton.posix;
}
