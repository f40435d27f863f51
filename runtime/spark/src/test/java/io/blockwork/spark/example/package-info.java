/**
 * An example: CIFAR-10 on Spark. It stands here so that the other examples need none of its jars.
 */
@NullMarked
package io.blockwork.spark.example;

import org.jspecify.annotations.NullMarked;
