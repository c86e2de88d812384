/** Where listening sockets come from besides a parent of our own, and how others get them from us. */
@NullMarked
package io.baton.inherit;

import org.jspecify.annotations.NullMarked;
