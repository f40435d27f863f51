package io.blockwork.processor.emit;

import java.util.Locale;
import java.util.Set;
import javax.lang.model.SourceVersion;

/** Java identifiers for the names of modules, which may hold anything. */
final class JavaNames {
  private JavaNames() {}

  /** A class name: {@code layer1.0} becomes {@code Layer1_0}. */
  static String type(String path) {
    String[] parts = path.split("\\.", -1);
    for (int i = 0; i < parts.length; i++) {
      parts[i] = capitalise(parts[i]);
    }
    String name = characters(String.join("_", parts));
    return Character.isJavaIdentifierStart(name.charAt(0)) ? name : "Block" + name;
  }

  /**
   * A variable name: {@code downsample.0} becomes {@code downsample_0}, {@code 0} becomes {@code
   * layer0}.
   */
  static String variable(String path) {
    return variable(path, "layer");
  }

  /**
   * The field of a unit inside its parent: {@code layer1.0} in {@code layer1} becomes {@code
   * block0}.
   */
  static String child(String parent, String path) {
    String name = path.startsWith(parent + ".") ? path.substring(parent.length() + 1) : path;
    return variable(name, "block");
  }

  private static String variable(String name, String before) {
    String plain = characters(name);
    if (!Character.isJavaIdentifierStart(plain.charAt(0))) {
      plain = before + plain;
    }
    // In capitals it might be a constant of the engines, as RELU.
    boolean constant = plain.equals(plain.toUpperCase(Locale.ROOT));
    return constant || SourceVersion.isKeyword(plain) ? plain + "_" : plain;
  }

  /** The name, or the first that follows it and is not taken; it is then. */
  static String unique(String wish, Set<String> taken) {
    String name = wish;
    for (int i = 2; !taken.add(name); i++) {
      name = wish + (Character.isDigit(wish.charAt(wish.length() - 1)) ? "_" + i : i);
    }
    return name;
  }

  static String capitalise(String word) {
    return word.isEmpty()
        ? word
        : word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1);
  }

  /** With an underscore for each character that no identifier has. */
  private static String characters(String name) {
    StringBuilder plain = new StringBuilder();
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      // Of ASCII only: source files are read in all kinds of encodings.
      plain.append(c < 128 && Character.isJavaIdentifierPart(c) && c >= ' ' ? c : '_');
    }
    return plain.length() == 0 || plain.toString().equals("_") ? "_" + plain : plain.toString();
  }
}
