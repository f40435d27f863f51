package io.blockwork.graph.ops;

/** What the backward of an operation does to the memory of its output's gradient. */
public enum GradientUse {
  /** Reads it. */
  READS(false, false),
  /** Reads it, and may write the first input's gradient there. */
  OVERWRITES(false, true),
  /** Changes it in place, for instance by the derivative of an activation. */
  DESTROYS(true, false),
  /** Changes it in place, and may write the first input's gradient there. */
  DESTROYS_AND_OVERWRITES(true, true);

  private final boolean destroys;
  private final boolean inPlace;

  GradientUse(boolean destroys, boolean inPlace) {
    this.destroys = destroys;
    this.inPlace = inPlace;
  }

  /** Whether the gradient is another one afterwards. */
  public boolean destroys() {
    return destroys;
  }

  /** Whether the gradient of the first input may be written over it. */
  public boolean inPlace() {
    return inPlace;
  }
}
