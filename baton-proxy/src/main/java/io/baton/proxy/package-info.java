/** The proxy: config, listeners, clusters, TCP through the relay. */
@NullMarked
package io.baton.proxy;

import org.jspecify.annotations.NullMarked;
