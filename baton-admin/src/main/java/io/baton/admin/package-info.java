/** The admin API. */
@NullMarked
package io.baton.admin;

import org.jspecify.annotations.NullMarked;
