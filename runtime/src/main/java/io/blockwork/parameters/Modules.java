package io.blockwork.parameters;

import java.util.List;
import java.util.Objects;

/**
 * What loading a file has to know of a network beside its entries.
 *
 * @param heads paths of the modules that tell classes apart: {@code fc}
 * @param leftOut paths of auxiliary outputs that the network was declared without, and that files
 *     may have: {@code aux1}
 */
public record Modules(List<String> heads, List<String> leftOut) {
  /** Nothing is known. */
  public static final Modules NONE = new Modules(List.of(), List.of());

  /** Copies the lists. */
  public Modules {
    Objects.requireNonNull(heads, "heads");
    Objects.requireNonNull(leftOut, "leftOut");
    heads = List.copyOf(heads);
    leftOut = List.copyOf(leftOut);
  }

  /** A module's name, which may have been written as the beginning of others: {@code fc.}. */
  public static String withoutDot(String module) {
    return module.endsWith(".") ? module.substring(0, module.length() - 1) : module;
  }

  /** Whether an entry, or a tensor of a file, belongs to one of some modules. */
  public static boolean within(List<String> modules, String entry) {
    Objects.requireNonNull(entry, "entry");
    return modules.stream().anyMatch(module -> entry.startsWith(module + "."));
  }
}
