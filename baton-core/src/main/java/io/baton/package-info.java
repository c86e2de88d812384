/** The hot restart: lineage, shared memory, protocol, listeners, drain. Knows neither Netty nor HTTP nor YAML. */
@NullMarked
package io.baton;

import org.jspecify.annotations.NullMarked;
