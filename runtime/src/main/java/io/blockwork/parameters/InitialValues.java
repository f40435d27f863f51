package io.blockwork.parameters;

import io.blockwork.memory.NativeValues;

/** What the entries of new {@link Parameters} hold until somebody writes to them. */
@FunctionalInterface
interface InitialValues {
  /** Writes every value of the entry. May be called by several threads for different entries. */
  void fill(ParameterInfo info, NativeValues values);

  /** All zero. */
  static InitialValues zeros() {
    return (info, values) -> values.clear();
  }
}
