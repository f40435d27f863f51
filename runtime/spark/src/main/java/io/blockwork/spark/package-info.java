/**
 * Prediction on Apache Spark. Scheduling, retries, shuffles, broadcasts and storage are Spark's:
 * what runs on the executors is an ordinary task of an ordinary job.
 *
 * <p>{@link io.blockwork.spark.SparkPredictor} adds a column of predictions to a data set of
 * images; {@link io.blockwork.spark.ClassifierTransformer} does so as a stage of a pipeline. A
 * {@code NetworkRecipe} says how executors make the network, of which each has one, {@code
 * SharedNetwork}, however many tasks it runs.
 */
@NullMarked
package io.blockwork.spark;

import org.jspecify.annotations.NullMarked;
