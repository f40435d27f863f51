package io.blockwork.processor.expression;

import java.util.Collection;
import java.util.Optional;

/** The names that an expression can use, with their types. */
public interface Scope {
  /** The type of a name; names with a dot included. */
  Optional<Type> type(String name);

  /** All names, to offer the nearest one. */
  Collection<String> names();
}
