package io.blockwork.graph.ops;

/** Which forward values the backward of an operation reads. */
public enum Reads {
  /** None. */
  NOTHING(false, false),
  /** All inputs. */
  INPUTS(true, false),
  /** The output. */
  OUTPUT(false, true),
  /** All inputs, and the output. */
  INPUTS_AND_OUTPUT(true, true);

  private final boolean inputs;
  private final boolean output;

  Reads(boolean inputs, boolean output) {
    this.inputs = inputs;
    this.output = output;
  }

  /** Whether it reads the inputs. */
  public boolean inputs() {
    return inputs;
  }

  /** Whether it reads the output. */
  public boolean output() {
    return output;
  }
}
