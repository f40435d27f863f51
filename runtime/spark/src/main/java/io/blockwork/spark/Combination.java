package io.blockwork.spark;

import io.blockwork.memory.NativeValues;
import io.blockwork.parameters.ParameterInfo;
import io.blockwork.parameters.Parameters;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Means of what workers bring back, weighted by their numbers of images and always in the order of
 * their numbers, so that the sums are rounded alike every time.
 */
final class Combination {
  private final List<Contribution> parts;
  private final double images;

  /**
   * @param parts of those that have trained on an image, in order; at least one
   */
  Combination(List<Contribution> parts) {
    this.parts = parts;
    this.images = parts.stream().mapToLong(Contribution::images).sum();
  }

  private double weight(Contribution part) {
    return part.images() / images;
  }

  /** Where a part's bytes are. */
  interface Field {
    byte[] of(Contribution part);
  }

  /**
   * The mean of arrays.
   *
   * @param compression that they travelled with
   * @return a new array of one dimension, which the caller closes
   */
  INDArray mean(DataType type, long length, Compression compression, Field field) {
    INDArray sum = Nd4j.zeros(type, length);
    try (INDArray part = Nd4j.zeros(type, length)) {
      for (Contribution each : parts) {
        compression.decode(field.of(each), NativeValues.of(part));
        Nd4j.getBlasWrapper().axpy(Double.valueOf(weight(each)), part, sum);
      }
    }
    return sum;
  }

  /** Gives the network the mean running statistics; counters are those that are furthest. */
  void statisticsInto(Parameters parameters) {
    Map<String, double[]> means = new HashMap<>();
    Map<String, Long> counters = new HashMap<>();
    List<ParameterInfo> others = WeightValues.others(parameters);
    for (Contribution each : parts) {
      double weight = weight(each);
      new WeightValues(each.statistics())
          .forEach(
              parameters,
              others,
              (info, bytes) -> {
                if (info.kind() == ParameterInfo.Kind.NUM_BATCHES_TRACKED) {
                  counters.merge(info.name(), bytes.asLongBuffer().get(0), Math::max);
                } else {
                  double[] mean =
                      means.computeIfAbsent(
                          info.name(), name -> new double[Math.toIntExact(info.length())]);
                  add(weight, bytes, parameters.dataType(), mean);
                }
              });
    }
    parameters.update(
        () -> {
          means.forEach((name, mean) -> parameters.overwrite(name, values -> write(mean, values)));
          counters.forEach(
              (name, count) -> parameters.overwrite(name, values -> values.longs().put(0, count)));
        });
  }

  private static void add(double weight, ByteBuffer bytes, DataType type, double... into) {
    for (int i = 0; i < into.length; i++) {
      into[i] +=
          weight
              * (type == DataType.FLOAT
                  ? bytes.getFloat(i * Float.BYTES)
                  : bytes.getDouble(i * Double.BYTES));
    }
  }

  private static void write(double[] from, NativeValues to) {
    for (int i = 0; i < from.length; i++) {
      if (to.type() == DataType.FLOAT) {
        to.floats().put(i, (float) from[i]);
      } else {
        to.doubles().put(i, from[i]);
      }
    }
  }
}
