/** Faults for the posix seam, a manual clock, real child JVMs. */
module io.baton.testkit {
    requires transitive io.baton.posix;
    requires java.management;
    requires static org.jspecify;

    exports io.baton.testkit;
}
