package io.baton;

import java.time.Instant;

/**
 * What the parent says when it gives up its admin listener.
 *
 * @param originalStart when the first process of the lineage started
 * @param reusePortDefault whether the parent's listeners have {@code reuse_port} unless their config says otherwise
 */
public record ParentAdmin(Instant originalStart, boolean reusePortDefault) {}
