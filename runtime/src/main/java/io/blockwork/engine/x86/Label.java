package io.blockwork.engine.x86;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** A place in the code: what a jump leads to, or a constant that is read. */
public final class Label {
  private OptionalInt position = OptionalInt.empty();

  /** Where the four bytes stand that have to hold the distance to here. */
  private final List<Integer> references = new ArrayList<>();

  Label() {}

  OptionalInt position() {
    return position;
  }

  List<Integer> references() {
    return references;
  }

  void place(int position) {
    if (this.position.isPresent()) {
      throw new IllegalStateException("the label has been placed already");
    }
    this.position = OptionalInt.of(position);
  }
}
