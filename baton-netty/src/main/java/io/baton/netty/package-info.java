/** For any Netty server: adopt handed listening sockets, and let live connections move to the next process. */
@NullMarked
package io.baton.netty;

import org.jspecify.annotations.NullMarked;
