package io.blockwork.graph.ops;

import java.util.List;

/** An operation that has no output for the shapes of its inputs. */
public final class ShapeFault extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final transient Op op;
  private final transient List<Shape> inputs;
  private final String problem;
  private final String remedy;
  private final boolean vanishing;

  private ShapeFault(Op op, List<Shape> inputs, String problem, String remedy, boolean vanishing) {
    // No stack trace: the compiler looks for the sizes that work by trying many that do not.
    super(message(op, inputs, problem, remedy), null, false, false);
    this.op = op;
    this.inputs = List.copyOf(inputs);
    this.problem = problem;
    this.remedy = remedy;
    this.vanishing = vanishing;
  }

  /**
   * Inputs that do not fit.
   *
   * @param problem what is wrong: {@code expected 64 channels, got 32}
   * @param remedy what would fit: {@code an input of 64 channels}
   */
  static ShapeFault of(Op op, List<Shape> inputs, String problem, String remedy) {
    return new ShapeFault(op, inputs, problem, remedy, false);
  }

  /** A window that is larger than the map. */
  static ShapeFault vanishing(Op op, List<Shape> inputs, String problem, String remedy) {
    return new ShapeFault(op, inputs, problem, remedy, true);
  }

  private static String message(Op op, List<Shape> inputs, String problem, String remedy) {
    StringBuilder text = new StringBuilder(op.path());
    String phrase = op.description().phrase();
    text.append(" (").append(phrase).append("): ").append(problem).append("; it reads ");
    for (int i = 0; i < inputs.size(); i++) {
      text.append(i == 0 ? "" : i == inputs.size() - 1 ? " and " : ", ").append(inputs.get(i));
    }
    return text.append("; ").append(remedy).append(" would fit").toString();
  }

  /** The operation. */
  public Op op() {
    return op;
  }

  /** The shapes of its inputs. */
  public List<Shape> inputs() {
    return inputs;
  }

  /** What is wrong. */
  public String problem() {
    return problem;
  }

  /** What would fit. */
  public String remedy() {
    return remedy;
  }

  /** Whether a map has become too small for a window: a larger image may help. */
  public boolean vanishing() {
    return vanishing;
  }
}
