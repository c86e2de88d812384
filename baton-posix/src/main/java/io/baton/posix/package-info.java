/** Linux system calls as Java methods. {@link io.baton.posix.Posix} is the seam that tests replace. */
@NullMarked
package io.baton.posix;

import org.jspecify.annotations.NullMarked;
