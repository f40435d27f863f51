/** A cluster of processes on the loopback, and what is tried and measured there. */
@NullMarked
package io.blockwork.spark.cluster;

import org.jspecify.annotations.NullMarked;
