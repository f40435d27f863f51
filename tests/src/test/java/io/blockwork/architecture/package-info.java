/** Keeps the arrows between the packages one way. */
@NullMarked
package io.blockwork.architecture;

import org.jspecify.annotations.NullMarked;
