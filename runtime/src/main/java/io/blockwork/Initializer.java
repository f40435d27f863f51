package io.blockwork;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.ForkJoinTask;
import java.util.function.DoubleSupplier;
import java.util.zip.CRC32;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The parameters that a new network starts with, as torchvision's: convolutions normal with a
 * variance of {@code 2 / fan-out} (He et al. 2015), linear layers uniform within {@code 1 /
 * sqrt(in)} (torch's default), batch norms one and zero.
 *
 * <p>Every entry has a stream of random numbers of its own, made from the seed and its name, so
 * that neither the engine nor the other layers have a say in it.
 */
final class Initializer {
  private final long seed;

  Initializer(long seed) {
    this.seed = seed;
  }

  /** Fills every entry. */
  void fill(Parameters parameters) {
    // A task for each: the last layers hold most values, which a stream would give to one thread.
    ForkJoinTask.invokeAll(
        parameters.entries().stream()
            .map(info -> ForkJoinTask.adapt(() -> fill(info, parameters)))
            .toList());
    parameters.touch();
  }

  private void fill(ParameterInfo info, Parameters parameters) {
    parameters.view(info.name()).assign(initial(info, parameters));
  }

  private INDArray initial(ParameterInfo info, Parameters parameters) {
    return switch (info.kind()) {
      case CONV_WEIGHT -> normal(info, parameters.dataType());
      case LINEAR_WEIGHT, LINEAR_BIAS ->
          uniform(info, fanIn(info, parameters), parameters.dataType());
      case NORM_WEIGHT, RUNNING_VAR -> constant(info, 1, parameters.dataType());
      case NORM_WEIGHT_ZERO, NORM_BIAS, RUNNING_MEAN -> constant(info, 0, parameters.dataType());
      case NUM_BATCHES_TRACKED -> Nd4j.scalar(DataType.LONG, 0);
    };
  }

  /** Inputs of a linear layer: of a bias, those of the weight beside it. */
  private static long fanIn(ParameterInfo info, Parameters parameters) {
    String weight = info.name().replaceFirst("\\.bias$", ".weight");
    return parameters.view(weight).size(1);
  }

  private static INDArray constant(ParameterInfo info, double value, DataType type) {
    return Nd4j.valueArrayOf(info.dimensions(), value, type);
  }

  private INDArray uniform(ParameterInfo info, long fanIn, DataType type) {
    SplittableRandom random = random(info);
    double bound = 1 / Math.sqrt(fanIn);
    return array(info, type, () -> bound * (2 * random.nextDouble() - 1));
  }

  private INDArray normal(ParameterInfo info, DataType type) {
    SplittableRandom random = random(info);
    // Fan-out as torch counts it, which does not divide by the groups: out * kH * kW.
    long fanOut = (long) info.shape().get(0) * info.shape().get(2) * info.shape().get(3);
    double deviation = Math.sqrt(2.0 / fanOut);
    return array(info, type, new Polar(random, deviation));
  }

  private static INDArray array(ParameterInfo info, DataType type, DoubleSupplier values) {
    int length = Math.toIntExact(info.length());
    if (type == DataType.DOUBLE) {
      double[] doubles = new double[length];
      Arrays.setAll(doubles, i -> values.getAsDouble());
      return Nd4j.create(doubles, info.dimensions(), type);
    }
    float[] floats = new float[length];
    for (int i = 0; i < length; i++) {
      floats[i] = (float) values.getAsDouble();
    }
    return Nd4j.create(floats, info.dimensions());
  }

  private SplittableRandom random(ParameterInfo info) {
    CRC32 name = new CRC32();
    name.update(info.name().getBytes(StandardCharsets.UTF_8));
    return new SplittableRandom(new SplittableRandom(seed).nextLong() ^ (name.getValue() << 16));
  }

  /** Marsaglia's polar method, with StrictMath: the same digits on every machine. */
  private static final class Polar implements DoubleSupplier {
    private final SplittableRandom random;
    private final double deviation;
    private double second = Double.NaN;

    Polar(SplittableRandom random, double deviation) {
      this.random = random;
      this.deviation = deviation;
    }

    @Override
    public double getAsDouble() {
      if (!Double.isNaN(second)) {
        double value = second;
        second = Double.NaN;
        return value;
      }
      while (true) {
        double x = 2 * random.nextDouble() - 1;
        double y = 2 * random.nextDouble() - 1;
        double s = x * x + y * y;
        if (s < 1 && s > 0) {
          double scale = deviation * Math.sqrt(-2 * StrictMath.log(s) / s);
          second = y * scale;
          return x * scale;
        }
      }
    }
  }
}
