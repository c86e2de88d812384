package io.baton.admin;

import io.baton.MigrationReport;
import io.baton.proxy.BatonConfig;
import io.baton.proxy.ClusterStatus;
import io.baton.proxy.ListenerStatus;
import java.util.List;
import java.util.SortedMap;

/** What the admin shows. Thread-safe, and quick to answer. */
public interface AdminView {

    ServerState state();

    ServerInfo info();

    List<ListenerStatus> listeners();

    List<ClusterStatus> clusters();

    /** The config in use. */
    BatonConfig config();

    /** Whether the statistics have the parent's: before, counters would seem to have gone back. */
    boolean statsAreWhole();

    /** Connections that have moved. */
    MigrationReport migration();

    /** Counters and gauges by name. */
    SortedMap<String, Long> stats();
}
