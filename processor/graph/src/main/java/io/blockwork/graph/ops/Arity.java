package io.blockwork.graph.ops;

/**
 * How many inputs an operation takes.
 *
 * @param least at least
 * @param most at most
 */
public record Arity(int least, int most) {
  static final Arity NONE = new Arity(0, 0);
  static final Arity ONE = new Arity(1, 1);
  static final Arity TWO = new Arity(2, 2);

  /** At least so many. */
  static Arity from(int least) {
    return new Arity(least, Integer.MAX_VALUE);
  }

  /** Whether it takes so many. */
  public boolean allows(int inputs) {
    return least <= inputs && inputs <= most;
  }

  @Override
  public String toString() {
    if (most == 0) {
      return "no input";
    } else if (least == most) {
      return least == 1 ? "1 input" : least + " inputs";
    }
    return most == Integer.MAX_VALUE
        ? "at least " + least + (least == 1 ? " input" : " inputs")
        : least + " to " + most + " inputs";
  }
}
