package io.blockwork.processor.graph;

import io.blockwork.processor.graph.Op.Activation;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What people read of a layer: its kind, and what else its kernel does. */
public final class Describe implements OpVisitor<Describe.Words> {
  /**
   * A description in two columns.
   *
   * @param kind {@code 3x3 stride 2}
   * @param extras {@code norm, relu}; may be empty
   */
  public record Words(String kind, String extras) {}

  private Describe() {}

  /** The description of an operation. */
  public static Words of(Op op) {
    return op.accept(new Describe());
  }

  /**
   * {@code 1234567} as {@code 1,234,567}. Written out, since the JDK's formatter first loads the
   * data of locales, and a processor always runs cold.
   */
  public static String count(long n) {
    StringBuilder digits = new StringBuilder(Long.toString(n));
    for (int i = digits.length() - 3; i > 0; i -= 3) {
      digits.insert(i, ',');
    }
    return digits.toString();
  }

  private static String square(int kernel) {
    return kernel + "x" + kernel;
  }

  private static String strided(int kernel, int stride) {
    return square(kernel) + (stride == 1 ? "" : " stride " + stride);
  }

  @Override
  public Words input(Op.Input op) {
    return new Words("images", "");
  }

  @Override
  public Words conv2d(Op.Conv2d op) {
    String kind =
        strided(op.kernel(), op.stride())
            + (op.groups() == 1 ? "" : " groups " + op.groups())
            + (op.dilation() == 1 ? "" : " dilation " + op.dilation());
    List<String> extras = new ArrayList<>();
    op.norm().ifPresent(norm -> extras.add("norm"));
    if (op.residual()) {
      extras.add("add");
    }
    if (op.relu()) {
      extras.add("relu");
    }
    return new Words(kind, String.join(", ", extras));
  }

  @Override
  public Words batchNorm2d(Op.BatchNorm2d op) {
    return new Words("norm", op.relu() ? "relu" : "");
  }

  @Override
  public Words relu(Op.Relu op) {
    return new Words("relu", "");
  }

  @Override
  public Words sigmoid(Op.Sigmoid op) {
    return new Words("sigmoid", "");
  }

  @Override
  public Words maxPool2d(Op.MaxPool2d op) {
    return new Words("max " + strided(op.kernel(), op.stride()), "");
  }

  @Override
  public Words avgPool2d(Op.AvgPool2d op) {
    return new Words("mean " + strided(op.kernel(), op.kernel()), "");
  }

  @Override
  public Words globalAvgPool(Op.GlobalAvgPool op) {
    return new Words("mean", "");
  }

  @Override
  public Words linear(Op.Linear op) {
    return new Words(
        "linear",
        op.activation() == Activation.NONE ? "" : op.activation().name().toLowerCase(Locale.ROOT));
  }

  @Override
  public Words add(Op.Add op) {
    return new Words("add", op.relu() ? "relu" : "");
  }

  @Override
  public Words scale(Op.Scale op) {
    return new Words("scale", "");
  }

  @Override
  public Words concat(Op.Concat op) {
    return new Words("concat", "");
  }

  @Override
  public Words dropout(Op.Dropout op) {
    return new Words("dropout " + op.rate(), "");
  }

  @Override
  public Words padShortcut(Op.PadShortcut op) {
    return new Words("pad" + (op.stride() == 1 ? "" : " stride " + op.stride()), "");
  }
}
