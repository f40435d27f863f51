package io.blockwork.engine.nd4j;

import io.blockwork.engine.Affine;
import io.blockwork.io.SafeText;
import io.blockwork.memory.ShapeMismatchException;
import io.blockwork.parameters.Parameters;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** One scale and one shift for each channel: constants, or parameters as they are at the time. */
final class ChannelAffine {
  private final double[] constantScale;
  private final double[] constantShift;
  private final Optional<Values> scale;
  private final Optional<Values> shift;

  private ChannelAffine(
      double[] constantScale,
      double[] constantShift,
      Optional<Values> scale,
      Optional<Values> shift) {
    this.constantScale = constantScale;
    this.constantShift = constantShift;
    this.scale = scale;
    this.shift = shift;
  }

  static ChannelAffine of(Parameters parameters, String path, Affine affine, int channels) {
    double[] ones = new double[channels];
    Arrays.fill(ones, 1);
    if (affine instanceof Affine.Learned learned) {
      return new ChannelAffine(
          ones,
          new double[channels],
          learned.scale().map(name -> BindChecks.channels(parameters, name, channels)),
          learned.shift().map(name -> BindChecks.channels(parameters, name, channels)));
    }
    Affine.Constant constant = (Affine.Constant) affine;
    return new ChannelAffine(
        constants(path, "scales", constant.scale(), channels),
        constants(path, "shifts", constant.shift(), channels),
        Optional.empty(),
        Optional.empty());
  }

  private static double[] constants(String path, String what, List<Double> values, int channels) {
    if (values.size() != channels) {
      throw new ShapeMismatchException(
          SafeText.format("%s: expected %d %s, got %d", path, channels, what, values.size()));
    }
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  double[] scale() {
    return read(scale, constantScale);
  }

  double[] shift() {
    return read(shift, constantShift);
  }

  private static double[] read(Optional<Values> parameter, double[] constants) {
    double[] values = constants.clone();
    parameter.ifPresent(p -> p.read(0, values, values.length));
    return values;
  }

  /** Scales the gradient. */
  void backward(Nd4jTensor dDst, Target dSrc) {
    double[] factors = scale();
    Planes.forEach(
        dDst,
        (n, c, d, spare) -> {
          dDst.readPlane(n, c, d);
          Planes.affine(d, factors[c], 0);
          dSrc.putPlane(n, c, d, spare);
        });
  }
}
