package io.blockwork.onnx.exporter;

import java.util.HashSet;
import java.util.Set;

/** Names that are given once. */
final class Names {
  private final Set<String> taken = new HashSet<>();

  /** The wish, with a number behind it if it is taken: {@code relu}, {@code relu_1}. */
  String unique(String wish) {
    String name = wish;
    for (int run = 1; !taken.add(name); run++) {
      name = wish + "_" + run;
    }
    return name;
  }
}
