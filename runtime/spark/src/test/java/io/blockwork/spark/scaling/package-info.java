/** How long rounds take on clusters that are larger than the ones at hand: {@code SCALING.md}. */
@NullMarked
package io.blockwork.spark.scaling;

import org.jspecify.annotations.NullMarked;
