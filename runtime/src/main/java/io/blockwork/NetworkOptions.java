package io.blockwork;

import io.blockwork.engine.Engine;
import io.blockwork.engine.EngineOptions;
import io.blockwork.io.NumberChecks;
import java.util.Objects;
import java.util.Optional;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * How to create a network.
 *
 * @param seed of the initial parameters and the dropout masks; the same seed gives the same network
 *     on every engine
 * @param dataType {@code FLOAT} or {@code DOUBLE}, of parameters, images and results
 * @param engine what runs the network; empty: one made by {@code engineOptions}
 * @param engineOptions which engine to make, and how it works; they have no say in an engine that
 *     was given
 * @param inferencePlans the most bound plans that {@link Network#forward} has at a time, and each
 *     {@link Output} method besides: one serves one thread and one batch size, and holds the
 *     activations of that batch
 * @param trainingPlans the most bound training plans that the network keeps: one serves one batch
 *     size, with or without the gradient of the images, and holds all activations of that batch
 * @param bindInBackground whether batches of a size that has no plan yet are computed by the plans
 *     of other sizes while their own is bound, a little in each such call
 */
public record NetworkOptions(
    long seed,
    DataType dataType,
    Optional<Engine> engine,
    EngineOptions engineOptions,
    int inferencePlans,
    int trainingPlans,
    boolean bindInBackground) {
  /** Of inference, unless there are more processors: threads without one would only take turns. */
  private static final int FEW_PLANS = 4;

  /** The usual batch, and the smaller one that ends an epoch. */
  private static final int TRAINING_PLANS = 2;

  /**
   * Checks the options.
   *
   * @throws IllegalArgumentException if the data type is neither {@code FLOAT} nor {@code DOUBLE},
   *     or there is less than one plan
   */
  public NetworkOptions {
    Objects.requireNonNull(dataType, "dataType");
    Objects.requireNonNull(engine, "engine");
    Objects.requireNonNull(engineOptions, "engineOptions");
    if (dataType != DataType.FLOAT && dataType != DataType.DOUBLE) {
      throw new IllegalArgumentException("data type: expected FLOAT or DOUBLE, got " + dataType);
    }
    NumberChecks.positive("inference plans", inferencePlans);
    NumberChecks.positive("training plans", trainingPlans);
  }

  /**
   * Seed 0, {@code FLOAT}, the default engine, an inference plan for each processor (at least 4),
   * two training plans, none bound in the background.
   */
  public static NetworkOptions defaults() {
    int processors = Runtime.getRuntime().availableProcessors();
    return new NetworkOptions(
        0,
        DataType.FLOAT,
        Optional.empty(),
        EngineOptions.defaults(),
        Math.max(FEW_PLANS, processors),
        TRAINING_PLANS,
        false);
  }

  /** The same options with another seed. */
  public NetworkOptions seed(long seed) {
    return new NetworkOptions(
        seed, dataType, engine, engineOptions, inferencePlans, trainingPlans, bindInBackground);
  }

  /** The same options with another data type, {@code FLOAT} or {@code DOUBLE}. */
  public NetworkOptions dataType(DataType dataType) {
    Objects.requireNonNull(dataType, "dataType");
    return new NetworkOptions(
        seed, dataType, engine, engineOptions, inferencePlans, trainingPlans, bindInBackground);
  }

  /**
   * The same options with the engine that is chosen so: {@code
   * engine(EngineOptions.named("onednn").threads(2))}.
   */
  public NetworkOptions engine(EngineOptions options) {
    Objects.requireNonNull(options, "options");
    return new NetworkOptions(
        seed, dataType, Optional.empty(), options, inferencePlans, trainingPlans, bindInBackground);
  }

  /** The same options with an engine that has been made. */
  public NetworkOptions engine(Engine engine) {
    Objects.requireNonNull(engine, "engine");
    return new NetworkOptions(
        seed,
        dataType,
        Optional.of(engine),
        engineOptions,
        inferencePlans,
        trainingPlans,
        bindInBackground);
  }

  /**
   * The same options with another limit of bound inference plans, and so of their memory. A thread
   * that finds all of them busy waits; one that needs another batch size than the idle ones have
   * binds a new plan in place of the one that has been idle longest. As many as threads call at
   * once, times the batch sizes in use, never wait and never bind anew.
   *
   * <p>All plans share the weights that were laid out for the kernels; single images may want
   * another layout than larger batches, so that a network used for both holds the weights twice.
   *
   * @param plans at least 1
   * @throws IllegalArgumentException if there is less than one
   */
  public NetworkOptions inferencePlans(int plans) {
    return new NetworkOptions(
        seed, dataType, engine, engineOptions, plans, trainingPlans, bindInBackground);
  }

  /**
   * The same options with another limit of bound training plans, and so of their memory. A batch of
   * a size that no plan has replaces the plan that has been idle longest, and so does one that asks
   * for the gradient of the images where others did not. Two are enough for the batches of an epoch
   * and its last, smaller one; 1 saves memory where all batches are alike.
   *
   * @param plans at least 1
   * @throws IllegalArgumentException if there is less than one
   */
  public NetworkOptions trainingPlans(int plans) {
    return new NetworkOptions(
        seed, dataType, engine, engineOptions, inferencePlans, plans, bindInBackground);
  }

  /**
   * The same options, for services whose batches come in many sizes: with true, the first calls
   * with batches of a size do not wait for its plan to be bound. Until it is, idle plans of other
   * sizes compute the batch, in parts or filled up with zeros, unless that would be more than three
   * times the images, or the network may have one plan only ({@link #inferencePlans(int)}). Each
   * such call but the first binds a part of the plan once it has its results, for a quarter of the
   * time that they took, or for one kernel; engines that do not bind in parts bind on another
   * thread. While there is room, the first calls bind a plan for single images besides, which can
   * stand in for any other. A plan that cannot be bound is logged, and the next call with such a
   * batch binds it itself, and throws what is thrown then. {@link Network#profile} shows the
   * kernels of the batch's own plan, whatever computes it right now.
   *
   * <p>It is off by default for two reasons. Kernels are chosen by the size of a batch, so that
   * such first results may differ from later ones in the last bits, now this way, now that; without
   * it, the same images in a batch of the same size give the same bits in every call, unless the
   * weights change. And the plan for single images takes memory in every network, also in one whose
   * batches are all alike, and mostly another copy of the weights, since single images want another
   * layout: with ResNet-50, a third more.
   *
   * <p>It has no effect together with {@link EngineOptions#deterministic}; leave it off for
   * trainings that are to be repeated bit by bit.
   */
  public NetworkOptions bindInBackground(boolean bindInBackground) {
    return new NetworkOptions(
        seed, dataType, engine, engineOptions, inferencePlans, trainingPlans, bindInBackground);
  }
}
