/** Faults for the posix seam, a manual clock, real child JVMs. */
module io.baton.testkit {
    requires transitive io.baton.posix;
    requires static org.jspecify;

    exports io.baton.testkit;
}
