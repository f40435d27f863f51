package io.blockwork.train;

import io.blockwork.Architecture;
import io.blockwork.AuxiliaryOutput;
import io.blockwork.Network;
import io.blockwork.TrainingResult;
import io.blockwork.TrainingStep;
import io.blockwork.data.Batch;
import io.blockwork.data.Epoch;
import io.blockwork.io.SafeText;
import io.blockwork.loss.Loss;
import io.blockwork.loss.Losses;
import java.io.Serializable;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.IUpdater;

/**
 * What a step of a training run does, wherever it is computed: the part of a {@link Trainer}'s
 * settings that other machines have to know. It can be serialised if the functions can that were
 * given for losses.
 */
public final class StepSettings implements Serializable {
  private static final long serialVersionUID = 1;

  private final IUpdater updater;
  private final double weightDecay;
  private final double decoupledWeightDecay;
  private final boolean decayNormsAndBiases;
  private final List<ParameterGroup> groups;
  private final double clipNorm;

  /** Of sharpness-aware minimisation; 0: none. */
  private final double sharpnessRadius;

  private final int accumulate;
  private final boolean synchronizedNorms;
  private final double labelSmoothing;
  private final HashMap<String, Double> auxiliaryWeights;
  private final @Nullable Function<Batch, Loss> loss;

  /** Its network stays here: a run with a teacher cannot be sent to other machines. */
  private final @Nullable Teacher teacher;

  private final @Nullable Function<Batch, Losses> losses;

  StepSettings(Trainer trainer) {
    this.updater = trainer.updater.clone();
    this.weightDecay = trainer.weightDecay;
    this.decoupledWeightDecay = trainer.decoupledWeightDecay;
    this.decayNormsAndBiases = trainer.decayNormsAndBiases;
    this.groups = List.copyOf(trainer.groups);
    this.clipNorm = trainer.clipNorm;
    this.sharpnessRadius = trainer.sharpnessRadius.orElse(0);
    this.accumulate = trainer.accumulate;
    this.synchronizedNorms = trainer.synchronizedNorms;
    this.labelSmoothing = trainer.labelSmoothing;
    this.auxiliaryWeights = new HashMap<>(trainer.auxiliaryWeights);
    this.loss = trainer.loss.orElse(null);
    this.teacher = trainer.teacher.orElse(null);
    this.losses = trainer.losses.orElse(null);
  }

  /** Batches that make a step, at least 1. */
  public int accumulate() {
    return accumulate;
  }

  /** Whether batch norms see all batches of a step at once. */
  public boolean synchronizedNorms() {
    return synchronizedNorms;
  }

  /** Batches that go through the network as one. */
  int batchesAtOnce() {
    return synchronizedNorms ? accumulate : 1;
  }

  /** What goes through the network next: a batch, or several as one. */
  Batch next(Epoch epoch) {
    return batchesAtOnce() == 1 ? epoch.next() : LocalSteps.joined(epoch, batchesAtOnce());
  }

  /** A new optimizer that steps so, with a copy of the updater. */
  public Optimizer optimizer(Network network) {
    return Optimizer.of(network, updater.clone())
        .weightDecay(weightDecay)
        .decoupledWeightDecay(decoupledWeightDecay)
        .decayNormsAndBiases(decayNormsAndBiases)
        .groups(groups.toArray(ParameterGroup[]::new))
        .clipNorm(clipNorm);
  }

  /**
   * A training pass over a batch, as the trainer asks for it: one, or the two of {@link
   * SharpnessAware}.
   *
   * @param images {@code [N, C, H, W]} of the batch, of the network's data type
   */
  public TrainingResult pass(Network network, INDArray images, Batch batch) {
    Losses all = losses(network.architecture(), batch);
    return sharpnessRadius > 0
        ? new SharpnessAware(network, sharpnessRadius).train(images, all)
        : network.train(images, all);
  }

  /**
   * A training pass over a batch, and a step along its gradients if they are finite.
   *
   * @param images {@code [N, C, H, W]} of the batch, of the network's data type
   */
  TrainingStep step(Optimizer optimizer, Network network, INDArray images, Batch batch) {
    Losses all = losses(network.architecture(), batch);
    return sharpnessRadius > 0
        ? optimizer.stepAlong(new SharpnessAware(network, sharpnessRadius).train(images, all))
        : optimizer.train(images, all);
  }

  /** What is minimised of a batch. */
  public Losses losses(Architecture architecture, Batch batch) {
    if (losses != null) {
      return losses.apply(batch);
    }
    Loss same = loss != null ? loss.apply(batch) : Measuring.usualLoss(batch, labelSmoothing);
    Losses all = Losses.of(teacher == null ? same : teacher.beside(same, batch));
    for (AuxiliaryOutput output : architecture.auxiliary()) {
      all = all.plus(weightOf(output), output.name(), same);
    }
    return all;
  }

  private double weightOf(AuxiliaryOutput output) {
    return auxiliaryWeights.getOrDefault(output.name(), output.weight());
  }

  /** What has to stay the same for a training run to be resumed. */
  String describe(Architecture architecture) {
    return String.format(
        Locale.ROOT,
        "%s, %s, weight decay %s%s%s, %s%d batches a step%s, smoothing %s%s",
        architecture.name(),
        updater,
        weightDecay,
        decoupledWeightDecay > 0 ? ", decoupled " + decoupledWeightDecay : "",
        decayNormsAndBiases ? "" : " (not of norms and biases)",
        Double.isInfinite(clipNorm) ? "" : "norm up to " + clipNorm + ", ",
        accumulate,
        synchronizedNorms ? " with norms over all of them" : "",
        labelSmoothing,
        architecture.auxiliary().stream()
            .map(output -> SafeText.format(", %s weighs %s", output.name(), weightOf(output)))
            .collect(Collectors.joining()));
  }

  /** The updater's own, before a schedule changes it. */
  double baseRate() {
    return updater.hasLearningRate() ? updater.getLearningRate(0, 0) : 0;
  }
}
