package io.blockwork.onnx.exporter;

import io.blockwork.Network;
import io.blockwork.golden.GoldenFormula;
import io.blockwork.parameters.ParameterInfo;
import java.util.Arrays;
import org.nd4j.linalg.factory.Nd4j;

/** Weights that make every value count: with those a network starts with, images hardly matter. */
final class Weights {
  /** So many convolutions on a way keep the values within single precision. */
  private static final double USUAL_DEPTH = 60;

  private Weights() {}

  /** Fills a network by the formula of the golden figures, deep ones with smaller weights. */
  static void fill(Network network) {
    fill(network, 1);
  }

  /**
   * The same with other weights of convolutions and matrices.
   *
   * @param factor what these are multiplied by
   */
  static void fill(Network network, double factor) {
    long depth = network.parameters().entries().stream().filter(p -> p.shape().size() > 1).count();
    double gain = factor * Math.sqrt(Math.min(1, USUAL_DEPTH / depth));
    for (ParameterInfo entry : network.parameters().entries()) {
      if (entry.kind() == ParameterInfo.Kind.NUM_BATCHES_TRACKED) {
        continue;
      }
      double[] values = GoldenFormula.values(entry.name(), entry.dimensions());
      if (entry.shape().size() > 1 && gain != 1) {
        Arrays.setAll(values, i -> gain * values[i]);
      }
      network
          .parameters()
          .set(entry.name(), Nd4j.createFromArray(values).reshape(entry.dimensions()));
    }
  }

  /** Images of the same formula. */
  static float[] images(Network network, int batch) {
    long[] shape = shape(network, batch);
    double[] values = GoldenFormula.values("input", shape);
    float[] images = new float[values.length];
    for (int i = 0; i < images.length; i++) {
      images[i] = (float) values[i];
    }
    return images;
  }

  /** The shape of so many images. */
  static long[] shape(Network network, int batch) {
    var input = network.architecture().input();
    return new long[] {batch, input.get(0), input.get(1), input.get(2)};
  }
}
