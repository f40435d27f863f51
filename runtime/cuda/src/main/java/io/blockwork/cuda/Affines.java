package io.blockwork.cuda;

import io.blockwork.cuda.Elementwise.ScaleShift;
import io.blockwork.engine.Affine;
import io.blockwork.io.SafeText;
import io.blockwork.memory.ShapeMismatchException;
import io.blockwork.parameters.Parameters;
import java.util.List;
import java.util.Optional;

/** Where factors and summands of channels are. */
final class Affines {
  private Affines() {}

  static ScaleShift scaleShift(
      String path,
      Affine affine,
      int channels,
      Parameters parameters,
      DeviceParameters values,
      Constants constants) {
    if (affine instanceof Affine.Constant constant) {
      return new ScaleShift(
          constants.floats(checked(path, constant.scale(), channels)),
          constants.floats(checked(path, constant.shift(), channels)));
    }
    Affine.Learned learned = (Affine.Learned) affine;
    return new ScaleShift(
        learned(learned.scale(), channels, parameters, values),
        learned(learned.shift(), channels, parameters, values));
  }

  private static List<Double> checked(String path, List<Double> constants, int channels) {
    if (constants.size() != channels) {
      throw new ShapeMismatchException(
          SafeText.format(
              "%s: expected %d constants, one a channel, got %d",
              path, channels, constants.size()));
    }
    return constants;
  }

  private static Place learned(
      Optional<String> name, int channels, Parameters parameters, DeviceParameters values) {
    if (name.isEmpty()) {
      return Place.NONE;
    }
    if (parameters.info(name.get()).length() != channels) {
      throw new ShapeMismatchException(
          SafeText.format(
              "%s: expected %d values, got %d",
              name.get(), channels, parameters.info(name.get()).length()));
    }
    return values.of(name.get());
  }

  /** {@code path.weight} and {@code path.bias}. */
  static ScaleShift weightAndBias(
      String path, int channels, Parameters parameters, DeviceParameters values) {
    return new ScaleShift(
        learned(Optional.of(path + ".weight"), channels, parameters, values),
        learned(Optional.of(path + ".bias"), channels, parameters, values));
  }
}
