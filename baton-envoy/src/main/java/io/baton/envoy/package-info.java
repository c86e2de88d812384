/** Envoy's configuration as Baton's. */
@NullMarked
package io.baton.envoy;

import org.jspecify.annotations.NullMarked;
