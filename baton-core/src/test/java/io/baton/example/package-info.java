/** What the documentation quotes. */
@NullMarked
package io.baton.example;

import org.jspecify.annotations.NullMarked;
