@NullMarked
package io.baton.relay;

import org.jspecify.annotations.NullMarked;
