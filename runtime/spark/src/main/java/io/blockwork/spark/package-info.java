/**
 * Prediction and training on Apache Spark. Scheduling, retries, shuffles, broadcasts and storage
 * are Spark's: what runs on the executors is an ordinary task of an ordinary job.
 *
 * <p>{@link io.blockwork.spark.SparkPredictor} adds a column of predictions to a data set of
 * images; {@link io.blockwork.spark.ClassifierTransformer} does so as a stage of a pipeline. {@link
 * io.blockwork.spark.SparkTrainer} trains the network of a {@link io.blockwork.train.Trainer} in
 * rounds: {@code SparkSteps} on the driver sends a {@code Round}, a {@code Replica} on an executor
 * answers with a {@code Contribution}, and a {@code Combination} is the mean of these. A {@code
 * NetworkRecipe} says how executors make the network.
 */
@NullMarked
package io.blockwork.spark;

import org.jspecify.annotations.NullMarked;
