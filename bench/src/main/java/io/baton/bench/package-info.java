/** Load, the demo, and measurements side by side with peers. */
@NullMarked
package io.baton.bench;

import org.jspecify.annotations.NullMarked;
