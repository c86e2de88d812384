/** The L4 data path: epoll and kernel pipes. */
@NullMarked
package io.baton.relay;

import org.jspecify.annotations.NullMarked;
