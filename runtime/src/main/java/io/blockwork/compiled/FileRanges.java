package io.blockwork.compiled;

import io.blockwork.engine.Quantization;
import io.blockwork.engine.TensorRange;
import io.blockwork.engine.ValueRange;
import io.blockwork.io.SafeText;
import io.blockwork.weights.ModelMetadata;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;

/** The ranges of a file in 8-bit integers, which the processor wrote down with its weights. */
final class FileRanges {
  /** The lowest and the highest value, how many channels have them, and the module's name. */
  private static final int FIELDS = 4;

  private FileRanges() {}

  /**
   * What the metadata of weights say.
   *
   * @return empty if they are of no such file
   * @throws IllegalStateException if they cannot be read
   */
  static Optional<Quantization> of(Map<String, String> metadata) {
    String lines = metadata.get(ModelMetadata.RANGES);
    if (lines == null) {
      return Optional.empty();
    }
    Map<String, TensorRange> ranges = new LinkedHashMap<>();
    for (String line : lines.lines().toList()) {
      String[] fields = line.split(" ", FIELDS);
      try {
        var range = new ValueRange(Float.parseFloat(fields[0]), Float.parseFloat(fields[1]));
        int channels = Integer.parseInt(fields[2]);
        ranges.put(fields[3], new TensorRange(range, Collections.nCopies(channels, range)));
      } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
        throw new IllegalStateException(
            SafeText.format("%s is no range of a layer; build the network again", line), e);
      }
    }
    String floats = metadata.getOrDefault(ModelMetadata.FLOAT_LAYERS, "");
    return Optional.of(new Quantization(ranges, new LinkedHashSet<>(floats.lines().toList())));
  }
}
