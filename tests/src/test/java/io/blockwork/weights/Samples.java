package io.blockwork.weights;

import io.blockwork.parameters.ParameterInfo;
import io.blockwork.parameters.ParameterInfo.Kind;
import io.blockwork.parameters.Parameters;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.nd4j.linalg.api.buffer.DataType;

/** The sample files in {@code src/test/resources/weights}, and networks that they fit. */
final class Samples {
  private Samples() {}

  static Path path(String name) {
    try {
      URL url = Objects.requireNonNull(Samples.class.getResource("/weights/" + name), name);
      return Path.of(url.toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The entries of the tiny network, all zero. */
  static Parameters tiny() {
    return tiny(DataType.FLOAT);
  }

  static Parameters tiny(DataType dataType) {
    try (Weights weights = Weights.open(path("tiny-resnet.safetensors"))) {
      return new Parameters(entries(Weights.open(path("tiny-resnet-zip.pth")), weights), dataType);
    }
  }

  /** Entries of the names in one file, in its order, with the shapes in another. */
  private static List<ParameterInfo> entries(Weights names, Weights shapes) {
    try (names) {
      List<ParameterInfo> infos = new ArrayList<>();
      for (String name : names.names()) {
        List<Integer> shape = Arrays.stream(shapes.shape(name)).mapToObj(n -> (int) n).toList();
        infos.add(info(name, shape));
      }
      return infos;
    }
  }

  static ParameterInfo info(String name, List<Integer> shape) {
    return new ParameterInfo(name, kind(name, shape.size()), shape);
  }

  private static Kind kind(String name, int rank) {
    if (name.endsWith("num_batches_tracked")) {
      return Kind.NUM_BATCHES_TRACKED;
    }
    if (name.endsWith("running_mean")) {
      return Kind.RUNNING_MEAN;
    }
    if (name.endsWith("running_var")) {
      return Kind.RUNNING_VAR;
    }
    if (name.endsWith("bias")) {
      return rank == 1 && name.startsWith("fc") ? Kind.LINEAR_BIAS : Kind.NORM_BIAS;
    }
    return rank == 4 ? Kind.CONV_WEIGHT : rank == 2 ? Kind.LINEAR_WEIGHT : Kind.NORM_WEIGHT;
  }
}
