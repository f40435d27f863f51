package io.blockwork.benchmark;

import io.blockwork.ImageClassifier;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The time of every kernel of one forward pass of ours: which of them make the difference?
 *
 * <p>Arguments: network, batch, and {@code f32}, {@code bf16} or {@code int8}; that is {@code
 * resnet50 16 int8}.
 */
final class KernelTimes {
  private KernelTimes() {}

  /** Prints the table of {@link io.blockwork.Network#profile}. */
  public static void main(String[] arguments) {
    if (arguments.length != 3) {
      throw new IllegalArgumentException(
          "expected a network, a batch and f32, bf16 or int8, as in: resnet50 16 int8");
    }
    Subject subject = Subject.of(arguments[0]);
    int batch = Integer.parseInt(arguments[1]);
    try (ImageClassifier net = network(subject, arguments[2])) {
      System.out.println(net.profile(Nd4j.rand(DataType.FLOAT, subject.images(batch))));
    }
  }

  private static ImageClassifier network(Subject subject, String precision) {
    return switch (precision) {
      case "f32", "bf16" -> Blockwork.create(subject.type(), precision.equals("bf16"));
      case "int8" -> Blockwork.quantized(subject.type(), subject);
      default ->
          throw new IllegalArgumentException(
              "precision: expected f32, bf16 or int8, got " + precision);
    };
  }
}
