/**
 * Training.
 *
 * <p>{@link io.blockwork.train.Trainer} runs the usual loop: epochs over a {@link
 * io.blockwork.data.DataLoader}, a {@link io.blockwork.train.Schedule} of learning rates,
 * validation, logs, and checkpoints from which a killed training run continues bit for bit. {@link
 * io.blockwork.train.Evaluation} measures a network on a data set.
 *
 * <p>Those who write the loop themselves use the parts: {@link io.blockwork.train.Optimizer}
 * applies any updater of ND4J to all learnable parameters of a network at once; {@link
 * io.blockwork.train.Momentum} and {@link io.blockwork.train.Adam} are the updaters that do exactly
 * what torch's do, {@link io.blockwork.train.Lars} and {@link io.blockwork.train.Lamb} those of
 * very large batches, {@link io.blockwork.train.Muon} makes the steps of filters orthogonal; {@link
 * io.blockwork.train.ParameterGroup} gives some parameters rates and decays of their own; {@link
 * io.blockwork.train.WeightAverage} keeps a moving average, {@link io.blockwork.train.Lookahead}
 * slow weights, and {@link io.blockwork.train.SharpnessAware} takes gradients at the worst point
 * nearby.
 *
 * <pre>{@code
 * Optimizer optimizer = Optimizer.of(net, new Momentum(0.1, 0.9)).weightDecay(1e-4);
 * for (Batch batch : loader.epoch(1)) {
 *   net.train(batch.images(), Loss.softmaxCrossEntropy(batch.targets()));
 *   optimizer.step();
 * }
 * }</pre>
 */
@NullMarked
package io.blockwork.train;

import org.jspecify.annotations.NullMarked;
