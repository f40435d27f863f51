/** Tests of prediction and training on Spark, in one JVM and on clusters of several. */
@NullMarked
package io.blockwork.spark;

import org.jspecify.annotations.NullMarked;
