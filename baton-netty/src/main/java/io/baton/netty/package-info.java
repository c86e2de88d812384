/** For any Netty server: adopt handed listening sockets, detach and attach live channels. */
@NullMarked
package io.baton.netty;

import org.jspecify.annotations.NullMarked;
