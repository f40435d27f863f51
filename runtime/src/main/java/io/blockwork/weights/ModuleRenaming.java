package io.blockwork.weights;

import java.util.function.UnaryOperator;

/**
 * Gives what is at or below a module another place.
 *
 * @param from the module; empty: everything
 * @param to its new name; empty: none
 */
record ModuleRenaming(String from, String to) implements UnaryOperator<String> {
  /** Whether the name is at or below the module. */
  boolean concerns(String name) {
    return from.isEmpty() || name.equals(from) || name.startsWith(from + ".");
  }

  @Override
  public String apply(String name) {
    if (!concerns(name)) {
      return name;
    }
    String rest = from.isEmpty() ? "." + name : name.substring(from.length());
    return to.isEmpty() ? rest.substring(1) : to + rest;
  }
}
