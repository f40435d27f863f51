package io.blockwork.graph;

/** A fault of the compiler: what a pass made breaks a rule that holds of everything it makes. */
public final class BrokenRule extends IllegalStateException {
  private static final long serialVersionUID = 1;

  /**
   * A broken rule.
   *
   * @param pass which pass broke it
   * @param rule what is not as it has to be
   */
  public BrokenRule(String pass, String rule) {
    super("after " + pass + ": " + rule);
  }
}
