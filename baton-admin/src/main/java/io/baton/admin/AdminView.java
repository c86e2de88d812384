package io.baton.admin;

import io.baton.proxy.ListenerStatus;
import java.util.List;
import java.util.SortedMap;

/** What the admin shows. Thread-safe, and quick to answer. */
public interface AdminView {

    ServerState state();

    ServerInfo info();

    List<ListenerStatus> listeners();

    /** Counters and gauges by name. */
    SortedMap<String, Long> stats();
}
