/** Native memory. */
@NullMarked
package io.blockwork.memory;

import org.jspecify.annotations.NullMarked;
