/** For any Netty server: adopt handed listening sockets. */
@NullMarked
package io.baton.netty;

import org.jspecify.annotations.NullMarked;
