package io.blockwork;

import io.blockwork.parameters.ParameterInfo;
import java.util.List;
import java.util.Objects;

/**
 * What is known of one layer at compile time.
 *
 * @param path torchvision's module name: {@code layer1.0.conv1}
 * @param type torch's class name: {@code Conv2d}
 * @param output shape of the output of one image, {@code [C, H, W]} or {@code [classes]}
 * @param parameters the layer's entries of the {@code state_dict}, in order
 * @param macs multiply-adds for one image, without bias adds
 */
public record LayerInfo(
    String path, String type, List<Integer> output, List<ParameterInfo> parameters, long macs) {
  /** Copies the lists. */
  public LayerInfo {
    Objects.requireNonNull(path, "path");
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(output, "output");
    Objects.requireNonNull(parameters, "parameters");
    output = List.copyOf(output);
    parameters = List.copyOf(parameters);
  }

  /** Values of the output of one image. */
  public long outputLength() {
    return output.stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact);
  }

  /** Number of learnable values. */
  public long learnable() {
    return parameters.stream()
        .filter(p -> p.kind().learnable())
        .mapToLong(ParameterInfo::length)
        .sum();
  }
}
