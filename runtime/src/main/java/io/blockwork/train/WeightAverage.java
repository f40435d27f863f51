package io.blockwork.train;

import io.blockwork.Network;
import io.blockwork.engine.BoundAverage;
import io.blockwork.parameters.ParameterInfo;
import io.blockwork.parameters.Parameters;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The exponential moving average of a network's weights and running statistics, as torch's {@code
 * AveragedModel} with {@code get_ema_multi_avg_fn} and {@code use_buffers=True}: the first update
 * copies, each later one does {@code average = decay * average + (1 - decay) * value}.
 *
 * <p>An average of a network, instead of its parameters alone, is kept on the device if the engine
 * keeps the parameters there.
 */
public final class WeightAverage {
  private final Parameters parameters;
  private final double decay;
  private final Map<String, INDArray> averages = new LinkedHashMap<>();

  /** Of engines that average where they keep the parameters. */
  private Optional<BoundAverage> engineAverage = Optional.empty();

  private boolean begun;

  /**
   * An average of nothing yet.
   *
   * @param parameters whose values to average
   * @param decay what the average keeps at each update, in [0, 1): 0.999 is usual
   * @throws IllegalArgumentException if it is out of range
   */
  public WeightAverage(Parameters parameters, double decay) {
    if (!(decay >= 0 && decay < 1)) {
      throw new IllegalArgumentException("decay: expected 0 to 1 (exclusive), got " + decay);
    }
    this.parameters = parameters;
    this.decay = decay;
    // The average outlives any workspace that the caller may have open.
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      for (ParameterInfo info : parameters.entries()) {
        averages.put(info.name(), parameters.get(info.name()));
      }
    }
  }

  /**
   * An average of nothing yet.
   *
   * @param network whose values to average
   * @param decay what the average keeps at each update, in [0, 1): 0.999 is usual
   * @throws IllegalArgumentException if it is out of range
   */
  public WeightAverage(Network network, double decay) {
    this(network.parameters(), decay);
    engineAverage = network.bindAverage(averages);
  }

  /**
   * Takes in the values as they are now. Where the engine averages on a device, this counts as a
   * change of the parameters: it waits for what is running, and not within a {@link
   * Parameters#read} action.
   */
  public void update() {
    if (!updateElsewhere()) {
      updateHere();
    }
    begun = true;
  }

  private boolean updateElsewhere() {
    return engineAverage.isPresent() && engineAverage.get().update(begun ? decay : 0);
  }

  private void updateHere() {
    settle();
    parameters.read(
        () -> {
          takeIn();
          return true;
        });
  }

  private void settle() {
    engineAverage.ifPresent(BoundAverage::settle);
  }

  private void takeIn() {
    for (ParameterInfo info : parameters.entries()) {
      INDArray average = average(info.name());
      INDArray value = parameters.get(info.name());
      if (begun && info.kind() != ParameterInfo.Kind.NUM_BATCHES_TRACKED) {
        average.muli(decay).addi(value.mul(1 - decay));
      } else {
        average.assign(value);
      }
    }
  }

  /** Exchanges the network's values and the average; doing so twice changes nothing. */
  public void swap() {
    parameters.write(
        memory -> {
          settle();
          averages.forEach(
              (name, average) -> {
                INDArray values = parameters.get(name);
                memory.view(name).assign(average);
                average.assign(values);
              });
        });
  }

  /** Whether there was an update. */
  boolean begun() {
    return begun;
  }

  /** The averages by name; the arrays themselves. */
  Map<String, INDArray> averages() {
    settle();
    return averages;
  }

  /** Goes on from averages that were saved. */
  void restore(Map<String, INDArray> saved) {
    settle();
    saved.forEach((name, values) -> average(name).assign(values));
    begun = true;
  }

  private INDArray average(String name) {
    INDArray average = averages.get(name);
    if (average == null) {
      throw new IllegalArgumentException("no parameter is called " + name);
    }
    return average;
  }
}
