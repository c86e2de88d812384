/** Faults for the posix seam, a manual clock, real child JVMs. */
@NullMarked
package io.baton.testkit;

import org.jspecify.annotations.NullMarked;
