package io.blockwork.processor.emit;

import java.util.Locale;

/** Java identifiers for torchvision's module paths. */
final class JavaNames {
  private static final String FEATURES = "features.";

  private JavaNames() {}

  /**
   * A class name: {@code layer1.0} becomes {@code Layer1_0}, {@code features.transition1} becomes
   * {@code Transition1}.
   */
  static String type(String path) {
    String[] parts = withoutFeatures(path).split("\\.", -1);
    for (int i = 0; i < parts.length; i++) {
      parts[i] = capitalise(parts[i]);
    }
    return String.join("_", parts);
  }

  /** A variable name: {@code downsample.0} becomes {@code downsample_0}. */
  static String variable(String path) {
    return withoutFeatures(path).replace('.', '_');
  }

  /**
   * The field of a unit inside its parent: {@code layer1.0} in {@code layer1} becomes {@code
   * block0}.
   */
  static String child(String parent, String path) {
    String name = path.startsWith(parent + ".") ? path.substring(parent.length() + 1) : path;
    return variable(Character.isDigit(name.charAt(0)) ? "block" + name : name);
  }

  static String capitalise(String word) {
    return word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1);
  }

  private static String withoutFeatures(String path) {
    return path.startsWith(FEATURES) ? path.substring(FEATURES.length()) : path;
  }
}
