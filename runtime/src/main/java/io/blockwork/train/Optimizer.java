package io.blockwork.train;

import io.blockwork.Network;
import io.blockwork.ParameterInfo;
import io.blockwork.engine.TrainingSettings;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.IUpdater;

/**
 * Changes a network's learnable parameters by its gradients, with one updater call for the whole
 * network.
 *
 * <p>As in torch, weight decay is added to the gradient before the updater sees it ({@code g = grad
 * + wd * p}), for every learnable parameter, batch norms and biases among them. Parameters of
 * frozen layers stay as they are.
 */
public final class Optimizer {
  private final Network network;
  private final IUpdater config;
  private final GradientUpdater<?> updater;
  private final INDArray update;
  private double weightDecay;
  private int steps;

  private Optimizer(Network network, IUpdater config) {
    this.network = network;
    this.config = config;
    INDArray parameters = network.parameters().flat();
    this.update = Nd4j.create(parameters.dataType(), parameters.length());
    this.updater = instantiate(config, parameters);
  }

  /** Updaters that keep nothing refuse an array for their state. */
  private static GradientUpdater<?> instantiate(IUpdater config, INDArray parameters) {
    long state = config.stateSize(parameters.length());
    return state == 0
        ? config.instantiate((INDArray) null, true)
        : config.instantiate(Nd4j.create(parameters.dataType(), 1, state), true);
  }

  /**
   * An optimizer without weight decay.
   *
   * @param network whose parameters to change
   * @param updater {@link Momentum}, or one of {@code org.nd4j.linalg.learning.config}
   */
  public static Optimizer of(Network network, IUpdater updater) {
    return new Optimizer(network, updater);
  }

  /**
   * Sets the weight decay of the next steps.
   *
   * @param l2 the factor of the parameter in the gradient, 0 or more: 1e-4 is usual
   * @return this
   * @throws IllegalArgumentException if it is negative or not a number
   */
  public Optimizer weightDecay(double l2) {
    if (!(l2 >= 0)) {
      throw new IllegalArgumentException("weight decay: expected 0 or more, got " + l2);
    }
    weightDecay = l2;
    return this;
  }

  /** Steps so far; ND4J's schedules by iteration see this number. */
  public int steps() {
    return steps;
  }

  /** The updater's configuration; changing its learning rate changes that of the next step. */
  public IUpdater updater() {
    return config;
  }

  /** Steps once along the gradients that the last training pass left. */
  public void step() {
    INDArray parameters = network.parameters().flat();
    update.assign(network.gradients().flat());
    if (weightDecay > 0) {
      Nd4j.getBlasWrapper().axpy(weightDecay, parameters, update);
    }
    clearFrozen();
    updater.applyUpdater(update.reshape(1, update.length()), steps, 0);
    clearFrozen();
    parameters.subi(update);
    steps++;
    network.parameters().touch();
  }

  private void clearFrozen() {
    List<String> frozen = network.frozen();
    if (frozen.isEmpty()) {
      return;
    }
    var settings = new TrainingSettings(false, frozen, 0);
    long at = 0;
    for (ParameterInfo info : network.parameters().entries()) {
      if (info.kind().learnable()) {
        String path = info.name().substring(0, info.name().lastIndexOf('.'));
        if (settings.isFrozen(path)) {
          update.get(NDArrayIndex.interval(at, at + info.length())).assign(0);
        }
        at += info.length();
      }
    }
  }
}
